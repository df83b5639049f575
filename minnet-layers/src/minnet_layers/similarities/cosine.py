"""`Cosine`: the cosine of the angle between an input and each of several learned rows."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import numpy.typing as npt

from minnet_core import Array, Example, Module, expect_shape
from minnet_core.nn import accumulation_dtype, as_floating, positive_float, positive_int

from ..arguments import draw_uniform
from .lengths import lengths_along, unit_back


class Cosine(Module):
    r"""Cosine similarity to learned rows; input ``(batch, n_in)``, output ``(batch, n_out)``.

    .. math:: y_{sj} = \hat x_s \cdot \hat w_j, \qquad \hat x = \frac{x}{\max(\|x\|, \epsilon)}, \quad
              \hat w = \frac{w}{\max(\|w\|, \epsilon)}

    Backward, with :math:`g = \partial L/\partial y`. With respect to the vectors of length 1 it is a product of
    matrices; a vector divided by its length changes only across its direction,
    :math:`\partial\hat x_i/\partial x_k = (\delta_{ik} - \hat x_i \hat x_k)/\|x\|`:

    .. math:: \frac{\partial L}{\partial x_s} = \frac{h - \hat x_s (h \cdot \hat x_s)}{\|x_s\|}, \quad
              h = \sum_j g_{sj} \hat w_j, \qquad
              \frac{\partial L}{\partial w_j} = \frac{k - \hat w_j (k \cdot \hat w_j)}{\|w_j\|}, \quad
              k = \sum_s g_{sj} \hat x_s

    and :math:`h/\epsilon` for an input that is shorter than :math:`\epsilon`.

    PyTorch: ``torch.nn.functional.cosine_similarity`` of each input and each row. Torch7: ``nn.Cosine``, which adds
    :math:`10^{-12}` to lengths, and draws from :math:`\pm 1/\sqrt{n_\mathrm{out}}`, where only directions count.

    Args:
        n_in, n_out: features of a sample, and how many rows it is compared with.
        eps: :math:`\epsilon`, the least length that is divided by.
        rng: seed or generator that draws the rows, uniform in :math:`\pm 1/\sqrt{n_\mathrm{in}}`.
        dtype: of the rows and their gradient.

    Attributes:
        W, gradW: ``(n_out, n_in)``; also ``weight`` and ``gradWeight``.

    >>> import numpy as np
    >>> from minnet_layers import Cosine
    >>> layer = Cosine(2, 2)
    >>> layer.W[...] = [[1.0, 0.0], [2.0, 2.0]]
    >>> layer.forward(np.array([[0.0, 5.0], [-7.0, 0.0]])).round(3)
    array([[ 0.   ,  0.707],
           [-1.   , -0.707]])
    """

    PARAMETERS: ClassVar = {"W": "gradW"}
    ALIASES: ClassVar = {"weight": "W"}
    EXAMPLES = (
        Example(
            arguments={"n_in": 3, "n_out": 2},
            input=[(4, 3), (1, 3)],
            rejects=[(4, 2), (3,), (2, 4, 3)],
            rejected_arguments=[{"n_in": 0}, {"n_out": 2.5}, {"eps": 0.0}, {"dtype": "int32"}],
        ),
    )

    def __init__(
        self,
        n_in: int,
        n_out: int,
        eps: float = 1e-8,
        *,
        rng: int | np.random.Generator | None = None,
        dtype: npt.DTypeLike = "float32",
    ) -> None:
        super().__init__()
        n_in, n_out = positive_int("Cosine", "n_in", n_in), positive_int("Cosine", "n_out", n_out)
        self.eps = positive_float("Cosine", "eps", eps)
        self.W = draw_uniform("Cosine", np.random.default_rng(rng), n_in, (n_out, n_in), dtype)
        self.gradW = np.zeros_like(self.W)

    def updateOutput(self, input: Array) -> Array:
        expect_shape(self, input, ("batch", self.W.shape[1]))
        output: Array = np.dot(self._units(input)[0], self._units(self.W)[0].T)
        output = output.astype(np.result_type(as_floating(input), as_floating(self.W)), copy=False)
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        self._expect(input, gradOutput)
        units, lengths = self._units(input)
        h = np.dot(as_floating(gradOutput), self._units(self.W)[0])
        gradInput = unit_back(units, lengths, h, 2, -1, self.eps)
        self.gradInput = gradInput.astype(np.result_type(as_floating(gradOutput), as_floating(self.W)), copy=False)
        return self.gradInput

    def accGradParameters(self, input: Array, gradOutput: Array) -> None:
        self._expect(input, gradOutput)
        expect_shape(self, self.gradW, self.W.shape, "gradW")
        rows, lengths = self._units(self.W)
        k = np.dot(as_floating(gradOutput).T, self._units(input)[0])
        self.gradW += unit_back(rows, lengths, k, 2, -1, self.eps)

    def backwardParameters(self, input: Array, gradOutput: Array) -> None:
        self.accGradParameters(input, gradOutput)

    def _units(self, vectors: Array) -> tuple[Array, Array]:
        """Rows divided by their lengths, and these."""
        wide = vectors.astype(accumulation_dtype(vectors), copy=False)
        lengths = lengths_along(wide, 2, -1, self.eps)
        return wide / np.maximum(lengths, wide.dtype.type(self.eps)), lengths

    def _expect(self, input: Array, gradOutput: Array) -> None:
        expect_shape(self, input, ("batch", self.W.shape[1]))
        expect_shape(self, gradOutput, (len(input), len(self.W)), "gradOutput")

    def __repr__(self) -> str:
        return f"Cosine {self.W.shape[1]} -> {self.W.shape[0]}"
