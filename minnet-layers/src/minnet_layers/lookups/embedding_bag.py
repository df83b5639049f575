"""`EmbeddingBag`: the sum, mean or maximum of the learned vectors of several integers."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import numpy.typing as npt

from minnet_core import Array, Example, Module, Reference, expect_shape
from minnet_core.nn import Tensor, accumulation_dtype, as_floating, floating_dtype, positive_int

from .bags import Bags, read_bags
from .groups import Groups
from .table import draw_table, row_number

MODES = ("sum", "mean", "max")


class EmbeddingBag(Module):
    r"""Looks up the vectors of a bag of indices, and makes one of them; output ``(batch, embedding_dim)``.

    The input is ``(batch, length)``, a bag in each row; or, where bags have different lengths, a tuple ``(indices,
    offsets)`` of all indices, one bag after the other, and the places where the bags begin, the first of which is 0.

    .. math:: y_s = \sum_{i \in x_s} W_i, \qquad \frac{1}{|x_s|} \sum_{i \in x_s} W_i \qquad \text{or} \qquad
              \max_{i \in x_s} W_i

    where ``padding_idx`` is in no bag, and an empty bag gives 0.

    Backward, with :math:`g = \partial L/\partial y`; a row of :math:`W` meets every bag that it is in, as often as it
    is in it. Of a sum all of :math:`g_s` comes back to it, of a mean :math:`g_s/|x_s|`, and of a maximum the numbers
    :math:`g_{sj}` of those columns in which it is the largest, the first of equal ones:

    .. math:: \frac{\partial L}{\partial W_i} = \sum_s \sum_{i \in x_s} \frac{\partial y_s}{\partial W_i} g_s, \qquad
              \frac{\partial L}{\partial x} = 0

    PyTorch: ``torch.nn.EmbeddingBag(num_embeddings, embedding_dim, mode=mode, padding_idx=padding_idx)``, with the same
    initial values, but no ``per_sample_weights``, and none of what `Embedding` has not; a maximum beside nan is nan
    here, and in PyTorch only if nan comes first.

    Args:
        num_embeddings, embedding_dim: how many vectors there are, and the length of each.
        mode: ``"mean"``, ``"sum"`` or ``"max"``.
        padding_idx: an index that is left out; its vector is 0 at first. A negative one counts from the end.
        rng: seed or generator that draws the vectors, of standard normal numbers.
        dtype: of the vectors and their gradient.

    Attributes:
        W, gradW: ``(num_embeddings, embedding_dim)``; also ``weight`` and ``gradWeight``.

    >>> import numpy as np
    >>> from minnet_layers import EmbeddingBag
    >>> layer = EmbeddingBag(3, 2, "sum")
    >>> layer.W[...] = [[0.0, 1.0], [1.0, 2.0], [3.0, 4.0]]
    >>> layer.forward(np.array([[1, 1], [0, 2]]))
    array([[2., 4.],
           [3., 5.]], dtype=float32)
    >>> layer.forward((np.array([0, 1, 2, 1]), np.array([0, 3])))
    array([[4., 7.],
           [1., 2.]], dtype=float32)
    """

    PARAMETERS: ClassVar = {"W": "gradW"}
    ALIASES: ClassVar = {"weight": "W"}
    EXAMPLES = (
        *(
            Example(
                arguments={"num_embeddings": 5, "embedding_dim": 3, "mode": mode},
                input=["4,7:int<5", "2,1:int<5"],
                traits={"integer-input"},
                rejects=[(4,), lambda layer: layer.forward(np.array([[0, 5]]))],
                rejected_arguments=[{"num_embeddings": 0}, {"mode": "median"}, {"padding_idx": 5}],
                reference=Reference(
                    "torch.nn.EmbeddingBag",
                    {"num_embeddings": 5, "embedding_dim": 3, "mode": mode},
                    {"W": "weight"},
                ),
            )
            for mode in ("sum", "max")
        ),
        Example(
            arguments={"num_embeddings": 4, "embedding_dim": 2, "padding_idx": 0},
            input="3,7:int<4",
            traits={"integer-input"},
            reference=Reference(
                "torch.nn.EmbeddingBag", {"num_embeddings": 4, "embedding_dim": 2, "padding_idx": 0}, {"W": "weight"}
            ),
        ),
    )

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        mode: str = "mean",
        padding_idx: int | None = None,
        *,
        rng: int | np.random.Generator | None = None,
        dtype: npt.DTypeLike = "float32",
    ) -> None:
        super().__init__()
        if mode not in MODES:
            raise ValueError(f"EmbeddingBag: expected mode to be one of {', '.join(MODES)}, received {mode!r}")
        count = positive_int("EmbeddingBag", "num_embeddings", num_embeddings)
        self.mode = mode
        self.padding_idx = row_number("EmbeddingBag", "padding_idx", padding_idx, count)
        self.W = draw_table("EmbeddingBag", count, embedding_dim, self.padding_idx, rng, dtype)
        self.gradW = np.zeros_like(self.W)

    def updateOutput(self, input: Tensor) -> Array:
        bags, W = read_bags(self, input, len(self.W), self.padding_idx), as_floating(self.W)
        output: Array = np.zeros((bags.count, W.shape[1]), W.dtype)
        groups = bags.groups()
        made = groups.maxima(W) if self.mode == "max" else groups.sums(W)
        if self.mode == "mean":
            made /= groups.counts[:, np.newaxis].astype(made.dtype)
        output[groups.keys] = made
        self.output = output
        return output

    def updateGradInput(self, input: Tensor, gradOutput: Array) -> Tensor:
        bags = read_bags(self, input, len(self.W), self.padding_idx)
        expect_shape(self, gradOutput, (bags.count, self.W.shape[1]), "gradOutput")
        given = input if isinstance(input, tuple) else (input,)
        dtypes = [floating_dtype(each if each.dtype.kind == "f" else self.W) for each in given]
        zeros = tuple(np.zeros(each.shape, dtype) for each, dtype in zip(given, dtypes, strict=True))
        self.gradInput = zeros if isinstance(input, tuple) else zeros[0]  # type: ignore[assignment]  # a table
        return self.gradInput

    def accGradParameters(self, input: Tensor, gradOutput: Array) -> None:
        bags = read_bags(self, input, len(self.W), self.padding_idx)
        expect_shape(self, gradOutput, (bags.count, self.W.shape[1]), "gradOutput")
        expect_shape(self, self.gradW, self.W.shape, "gradW")
        g = as_floating(gradOutput)
        if self.mode == "max":
            self._add_to_the_largest(bags, g)
            return
        if self.mode == "mean":
            g = g / np.maximum(bags.sizes(), 1)[:, np.newaxis].astype(g.dtype)
        groups = Groups.of(bags.indices, len(self.W), bags.bags)
        self.gradW[groups.keys] += groups.sums(g)

    def backwardParameters(self, input: Tensor, gradOutput: Array) -> None:
        self.accGradParameters(input, gradOutput)

    def _add_to_the_largest(self, bags: Bags, g: Array) -> None:
        """Add what comes back to the numbers that were the largest of a bag, each of which may be that of several."""
        groups, W, n = bags.groups(), as_floating(self.W), self.W.shape[1]
        places = groups.winners(W, groups.maxima(W)) * n + np.arange(n)
        total = np.ascontiguousarray(self.gradW, accumulation_dtype(self.gradW))
        np.add.at(total.reshape(-1), places.reshape(-1), g[groups.keys].reshape(-1).astype(total.dtype, copy=False))
        if not np.may_share_memory(total, self.gradW):
            self.gradW[...] = total

    def __repr__(self) -> str:
        return f"EmbeddingBag {self.W.shape[0]} x {self.W.shape[1]}, {self.mode}"
