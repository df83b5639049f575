"""`Maxout`: the largest of several learned affine maps."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import numpy.typing as npt

from minnet_core import Array, Example, Module, expect_forward, expect_shape
from minnet_core.nn import as_floating, column_sums, positive_int

from ..arguments import draw_uniform
from .axes import put_along


class Maxout(Module):
    r"""The largest of several affine maps, number by number; input ``(batch, n_in)``, output ``(batch, n_out)``.

    .. math:: z_{skj} = \sum_i x_{si} W_{kji} + b_{kj}, \qquad y_{sj} = \max_k z_{skj}

    A convex function of the input, made of as many linear pieces as there are maps.

    Backward, with :math:`g = \partial L/\partial y`, which comes back to the map that was the largest, the first of
    equal ones, and from there as `Linear` has it:

    .. math:: h_{skj} = g_{sj}\,\bigl(k = \textstyle\arg\max_l z_{slj}\bigr), \quad
              \frac{\partial L}{\partial x_{si}} = \sum_{kj} h_{skj} W_{kji}, \quad
              \frac{\partial L}{\partial W_{kji}} = \sum_s h_{skj} x_{si}, \quad
              \frac{\partial L}{\partial b_{kj}} = \sum_s h_{skj}

    PyTorch: none. Torch7: ``nn.Maxout(n_in, n_out, pieces)``, with the same initial values and the same order of rows.

    Paper: Goodfellow et al., 2013, arXiv:1302.4389.

    Args:
        n_in, n_out: features of a sample, and of its output.
        pieces: how many maps there are.
        bias: whether there is a ``b``; without it ``b`` and ``gradb`` are None.
        rng: seed or generator that draws the parameters, uniform in :math:`\pm 1/\sqrt{n_\mathrm{in}}`.
        dtype: of the parameters and their gradients.

    Attributes:
        W, gradW: ``(pieces * n_out, n_in)``, one map after the other; ``b`` and ``gradb`` are ``(pieces * n_out,)``.
        weight, bias, gradWeight, gradBias: further names of the same arrays.

    >>> import numpy as np
    >>> from minnet_layers import Maxout
    >>> layer = Maxout(1, 1, 2)  # the absolute value
    >>> layer.W[...], layer.b[...] = [[1.0], [-1.0]], 0.0
    >>> layer.forward(np.array([[-3.0], [2.0]]))
    array([[3.],
           [2.]])
    """

    PARAMETERS: ClassVar = {"W": "gradW", "b": "gradb"}
    ALIASES: ClassVar = {"weight": "W", "bias": "b"}
    CACHES = ("scores",)
    EXAMPLES = (
        Example(
            arguments={"n_in": 5, "n_out": 3, "pieces": 2},
            input=[(4, 5), (1, 5)],
            traits={"kinks"},
            rejects=[(4, 2), (5,), (2, 4, 5)],
            rejected_arguments=[{"n_in": 0}, {"n_out": 2.5}, {"pieces": 0}, {"dtype": "int32"}],
        ),
        Example(arguments={"n_in": 3, "n_out": 2, "pieces": 4, "bias": False}, input=(5, 3), traits={"kinks"}),
    )

    def __init__(
        self,
        n_in: int,
        n_out: int,
        pieces: int,
        bias: bool = True,
        *,
        rng: int | np.random.Generator | None = None,
        dtype: npt.DTypeLike = "float32",
    ) -> None:
        super().__init__()
        n_in, n_out = positive_int("Maxout", "n_in", n_in), positive_int("Maxout", "n_out", n_out)
        self.pieces = positive_int("Maxout", "pieces", pieces)
        rng, rows = np.random.default_rng(rng), self.pieces * n_out
        self.W = draw_uniform("Maxout", rng, n_in, (rows, n_in), dtype)
        self.b = draw_uniform("Maxout", rng, n_in, (rows,), dtype) if bias else None
        self.gradW = np.zeros_like(self.W)
        self.gradb = None if self.b is None else np.zeros_like(self.b)
        self.scores: Array = None  # type: ignore[assignment]  # before a pass

    def updateOutput(self, input: Array) -> Array:
        expect_shape(self, input, ("batch", self.W.shape[1]))
        scores: Array = np.dot(as_floating(input), self.W.T)
        if self.b is not None:
            expect_shape(self, self.b, self.W.shape[:1], "b")
            scores += self.b
        scores = scores.reshape(len(input), self.pieces, len(self.W) // self.pieces)
        output: Array = np.maximum.reduce(scores, 1)
        self.scores, self.output = scores, output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        self.gradInput = np.dot(self._back(input, gradOutput), self.W)
        return self.gradInput

    def accGradParameters(self, input: Array, gradOutput: Array) -> None:
        h = self._back(input, gradOutput)
        expect_shape(self, self.gradW, self.W.shape, "gradW")
        if self.gradb is not None:
            expect_shape(self, self.gradb, self.W.shape[:1], "gradb")
            self.gradb += column_sums(h)
        self.gradW += np.dot(h.T, input)

    def backwardParameters(self, input: Array, gradOutput: Array) -> None:
        self.accGradParameters(input, gradOutput)

    def _back(self, input: Array, gradOutput: Array) -> Array:
        """The gradient of the scores, a row for each sample."""
        expect_forward(self)
        expect_shape(self, input, (len(self.scores), self.W.shape[1]))
        expect_shape(self, gradOutput, self.output.shape, "gradOutput")
        largest = self.output[:, np.newaxis]
        return put_along(gradOutput[:, np.newaxis], self.scores, largest, 1).reshape(len(input), len(self.W))

    def __repr__(self) -> str:
        return f"Maxout {self.W.shape[1]} -> {len(self.W) // self.pieces}, {self.pieces} pieces"
