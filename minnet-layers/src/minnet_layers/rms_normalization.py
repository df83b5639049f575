"""`RMSNormalization`: every sample to a mean square of 1 over its features."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from minnet_core import Array, Example, Module, Reference, expect_forward, expect_shape
from minnet_core.nn import accumulation_dtype, axis_dot, floating_dtype, inverse_rms, positive_float

from .feature_rows import add_to_gradients, as_rows, expect_trailing, parameter_of, positive_shape


class RMSNormalization(Module):
    r"""Divides by the root of the mean square over the last axes; input ``(batch, ..., *normalized_shape)``.

    .. math:: y = \gamma\hat x, \qquad \hat x = s x, \qquad s = \bigl(\overline{x^2} + \epsilon\bigr)^{-1/2}

    where the bar is the mean over the :math:`n` numbers of a row.

    Backward, with :math:`g = \partial L/\partial y` and :math:`h = \partial L/\partial\hat x = \gamma g`.
    From :math:`\partial s/\partial x_k = -s^2\hat x_k/n`,
    :math:`\partial\hat x_j/\partial x_k = s(\delta_{jk} - \hat x_j\hat x_k/n)`, so

    .. math:: \frac{\partial L}{\partial x} = s\bigl(h - \hat x\,\overline{h\hat x}\bigr), \quad
              \frac{\partial L}{\partial\gamma} = \sum g\hat x

    where the sum is over all rows.

    PyTorch: ``torch.nn.RMSNorm(normalized_shape, eps)``.

    Paper: Zhang and Sennrich, 2019, arXiv:1910.07467.

    Args:
        normalized_shape: lengths of the last axes; a number for one axis.
        eps: :math:`\epsilon`, above 0; None for the distance from 1 to the next number of the input's dtype (float32's,
            for half precision).
        dtype: of the parameters and their gradients.

    Attributes:
        gamma, gradGamma: of the shape ``normalized_shape``; ``gamma`` starts as 1. Also
            ``weight`` and ``gradWeight``.

    >>> import numpy as np
    >>> from minnet_layers import RMSNormalization
    >>> RMSNormalization(2).forward(np.array([[1.0, 7.0], [-300.0, 300.0]])).round(3)
    array([[ 0.2,  1.4],
           [-1. ,  1. ]])
    """

    PARAMETERS: ClassVar = {"gamma": "gradGamma"}
    ALIASES: ClassVar = {"weight": "gamma"}
    CACHES = ("normalized", "inverse_root")
    EXAMPLES = (
        Example(
            arguments={"normalized_shape": 3},
            input=[(4, 3), (2, 5, 3)],
            rejects=[(4, 2), (3,)],
            rejected_arguments=[{"normalized_shape": 0}, {"normalized_shape": ()}, {"eps": 0.0}, {"dtype": "int32"}],
            reference=Reference("torch.nn.RMSNorm", {"normalized_shape": 3, "eps": None}, {"gamma": "weight"}),
        ),
        Example(
            arguments={"normalized_shape": (2, 3), "eps": 0.01},
            input=(4, 2, 3),
            rejects=[(4, 3, 2)],
            reference=Reference("torch.nn.RMSNorm", {"normalized_shape": (2, 3), "eps": 0.01}, {"gamma": "weight"}),
        ),
    )

    def __init__(
        self, normalized_shape: int | Sequence[int], eps: float | None = None, *, dtype: npt.DTypeLike = "float32"
    ) -> None:
        super().__init__()
        self.normalized_shape = positive_shape("RMSNormalization", "normalized_shape", normalized_shape)
        self.eps = None if eps is None else positive_float("RMSNormalization", "eps", eps)
        self.gamma = parameter_of("RMSNormalization", 1, self.normalized_shape, dtype)
        self.gradGamma = np.zeros_like(self.gamma)
        self.normalized: Array = None  # type: ignore[assignment]  # before a pass
        self.inverse_root: Array = None  # type: ignore[assignment]  # before a pass

    def updateOutput(self, input: Array) -> Array:
        expect_trailing(self, input, self.normalized_shape)
        rows = as_rows(input, math.prod(self.normalized_shape))
        inverse = inverse_rms(rows, self.epsilon(input))
        normalized = (rows * inverse).reshape(input.shape).astype(floating_dtype(input), copy=False)
        output: Array = normalized * self.gamma
        self.normalized, self.inverse_root, self.output = normalized, inverse, output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_forward(self)
        expect_shape(self, input, self.output.shape)
        expect_shape(self, gradOutput, input.shape, "gradOutput")
        n, scaled = math.prod(self.normalized_shape), gradOutput * self.gamma
        h, y = as_rows(scaled, n), as_rows(self.normalized, n)
        gradInput = y * (axis_dot(h, y) / -n)
        gradInput += h
        gradInput *= self.inverse_root
        self.gradInput = gradInput.reshape(input.shape).astype(floating_dtype(scaled), copy=False)
        return self.gradInput

    def accGradParameters(self, input: Array, gradOutput: Array) -> None:
        expect_forward(self)
        expect_shape(self, gradOutput, self.output.shape, "gradOutput")
        n = math.prod(self.normalized_shape)
        add_to_gradients(self, as_rows(gradOutput, n), as_rows(self.normalized, n))

    def backwardParameters(self, input: Array, gradOutput: Array) -> None:
        self.accGradParameters(input, gradOutput)

    def epsilon(self, input: Array) -> float:
        """What is added to the mean square of an input."""
        return float(np.finfo(accumulation_dtype(input)).eps) if self.eps is None else self.eps
