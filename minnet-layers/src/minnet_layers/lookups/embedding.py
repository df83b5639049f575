"""`Embedding`: a learned vector for each integer."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import numpy.typing as npt

from minnet_core import Array, Example, Module, Reference, expect_shape
from minnet_core.nn import as_floating, floating_dtype, positive_int

from .groups import Groups
from .indices import as_indices
from .table import draw_table, row_number


class Embedding(Module):
    r"""Looks up the vector of each index; input of any shape ``(batch, ...)``, output ``(batch, ..., embedding_dim)``.

    .. math:: y_s = W_{x_s}

    Indices may be of any integer dtype, or floating numbers that are whole, as tables of data have them.

    Backward, with :math:`g = \partial L/\partial y`. A row of :math:`W` meets every place that has its index, so what
    comes back to those adds up, and the row of ``padding_idx`` gets nothing; an index cannot be changed a little, so
    its gradient is 0:

    .. math:: \frac{\partial L}{\partial W_i} = \sum_{s:\,x_s = i} g_s, \qquad \frac{\partial L}{\partial x} = 0

    PyTorch: ``torch.nn.Embedding(num_embeddings, embedding_dim, padding_idx)``, with the same initial values, but no
    ``max_norm``, which changes parameters in the forward pass (`Normalize` bounds what was looked up), no
    ``scale_grad_by_freq`` and no ``sparse``. Torch7: ``nn.LookupTable``, whose indices begin at 1.

    Args:
        num_embeddings, embedding_dim: how many vectors there are, and the length of each.
        padding_idx: the index of a vector that is 0 at first and has no gradient; a negative one counts from the end.
            An initializer that draws ``W`` anew fills its row, too, as PyTorch's do.
        rng: seed or generator that draws the vectors, of standard normal numbers.
        dtype: of the vectors and their gradient.

    Attributes:
        W, gradW: ``(num_embeddings, embedding_dim)``; also ``weight`` and ``gradWeight``.
        padding_idx: from 0, or None.

    >>> import numpy as np
    >>> from minnet_layers import Embedding
    >>> layer = Embedding(3, 2)
    >>> layer.W[...] = [[0.0, 0.0], [1.0, 2.0], [3.0, 4.0]]
    >>> layer.forward(np.array([[2, 1]]))
    array([[[3., 4.],
            [1., 2.]]], dtype=float32)
    """

    PARAMETERS: ClassVar = {"W": "gradW"}
    ALIASES: ClassVar = {"weight": "W"}
    EXAMPLES = (
        Example(
            arguments={"num_embeddings": 5, "embedding_dim": 3},
            input=["4,7:int<5", "6:int<5", "2,3,4:int<5"],
            traits={"integer-input"},
            rejects=[lambda layer: layer.forward(np.array([5])), lambda layer: layer.forward(np.array([[0], [-1]]))],
            rejected_arguments=[
                {"num_embeddings": 0},
                {"embedding_dim": 0},
                {"padding_idx": 5},
                {"padding_idx": 0.5},
                {"dtype": "int32"},
            ],
            reference=Reference("torch.nn.Embedding", {"num_embeddings": 5, "embedding_dim": 3}, {"W": "weight"}),
        ),
        Example(
            arguments={"num_embeddings": 4, "embedding_dim": 2, "padding_idx": 0},
            input="3,7:int<4",
            traits={"integer-input"},
            reference=Reference(
                "torch.nn.Embedding", {"num_embeddings": 4, "embedding_dim": 2, "padding_idx": 0}, {"W": "weight"}
            ),
        ),
    )

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None = None,
        *,
        rng: int | np.random.Generator | None = None,
        dtype: npt.DTypeLike = "float32",
    ) -> None:
        super().__init__()
        count = positive_int("Embedding", "num_embeddings", num_embeddings)
        self.padding_idx = row_number("Embedding", "padding_idx", padding_idx, count)
        self.W = draw_table("Embedding", count, embedding_dim, self.padding_idx, rng, dtype)
        self.gradW = np.zeros_like(self.W)

    def updateOutput(self, input: Array) -> Array:
        output: Array = as_floating(self.W).take(as_indices(self, input, len(self.W)), 0)
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_shape(self, gradOutput, (*input.shape, self.W.shape[1]), "gradOutput")
        self.gradInput = np.zeros(input.shape, floating_dtype(input if input.dtype.kind == "f" else self.W))
        return self.gradInput

    def accGradParameters(self, input: Array, gradOutput: Array) -> None:
        expect_shape(self, gradOutput, (*input.shape, self.W.shape[1]), "gradOutput")
        expect_shape(self, self.gradW, self.W.shape, "gradW")
        indices = as_indices(self, input, len(self.W)).reshape(-1)
        groups = Groups.of(indices, len(self.W), without=self.padding_idx)
        sums = groups.sums(as_floating(gradOutput).reshape(-1, self.W.shape[1]))
        self.gradW[groups.keys] = self.gradW.take(groups.keys, 0) + sums

    def backwardParameters(self, input: Array, gradOutput: Array) -> None:
        self.accGradParameters(input, gradOutput)

    def __repr__(self) -> str:
        return f"Embedding {self.W.shape[0]} x {self.W.shape[1]}"
