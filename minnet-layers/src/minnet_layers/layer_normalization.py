"""`LayerNormalization`: every sample to mean 0 and variance 1 over its features."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from minnet_core import Array, Example, Module, Reference, expect_forward, expect_shape
from minnet_core.nn import floating_dtype, positive_float, standardize_rows, standardize_rows_back

from .feature_rows import add_to_gradients, as_rows, expect_trailing, parameter_of, positive_shape


class LayerNormalization(Module):
    r"""Normalizes over the last axes; input ``(batch, ..., *normalized_shape)``, output the same.

    With mean :math:`\mu` and biased variance :math:`\sigma^2` of the :math:`n` numbers of each row:

    .. math:: y = \gamma\hat x + \beta, \qquad \hat x = s(x - \mu), \qquad s = (\sigma^2 + \epsilon)^{-1/2}

    Backward, with :math:`g = \partial L/\partial y` and :math:`h = \partial L/\partial\hat x = \gamma g`.
    From :math:`\partial\mu/\partial x_k = 1/n` and :math:`\partial s/\partial x_k = -s^2\hat x_k/n`,
    :math:`\partial\hat x_j/\partial x_k = s(\delta_{jk} - 1/n - \hat x_j\hat x_k/n)`, so

    .. math:: \frac{\partial L}{\partial x} = s\bigl(h - \overline h - \hat x\,\overline{h\hat x}\bigr), \quad
              \frac{\partial L}{\partial\gamma} = \sum g\hat x, \quad \frac{\partial L}{\partial\beta} = \sum g

    where the bar is the mean over a row, and the sums are over all rows.

    PyTorch: ``torch.nn.LayerNorm(normalized_shape, eps, affine, bias)``.

    Paper: Ba, Kiros and Hinton, 2016, arXiv:1607.06450.

    Args:
        normalized_shape: lengths of the last axes; a number for one axis.
        eps: :math:`\epsilon`, above 0.
        affine: whether there are ``gamma`` and ``beta``, which start as 1 and 0; without it they are None.
        bias: whether there is a ``beta``.
        dtype: of the parameters and their gradients.

    Attributes:
        gamma, beta, gradGamma, gradBeta: of the shape ``normalized_shape``, or None; also ``weight``, ``bias``,
            ``gradWeight`` and ``gradBias``.

    >>> import numpy as np
    >>> from minnet_layers import LayerNormalization
    >>> LayerNormalization(2).forward(np.array([[1.0, 5.0], [3000.0, 3000.0]])).round(3)
    array([[-1.,  1.],
           [ 0.,  0.]])
    """

    PARAMETERS: ClassVar = {"gamma": "gradGamma", "beta": "gradBeta"}
    ALIASES: ClassVar = {"weight": "gamma", "bias": "beta"}
    CACHES = ("normalized", "inverse_deviation")
    EXAMPLES = (
        Example(
            arguments={"normalized_shape": 3},
            input=[(4, 3), (2, 5, 3)],
            rejects=[(4, 2), (4,)],
            rejected_arguments=[{"normalized_shape": 0}, {"normalized_shape": ()}, {"eps": 0.0}, {"dtype": "int32"}],
            reference=Reference("torch.nn.LayerNorm", {"normalized_shape": 3}, {"gamma": "weight", "beta": "bias"}),
        ),
        Example(
            arguments={"normalized_shape": (2, 3), "eps": 0.01, "bias": False},
            input=(4, 2, 3),
            rejects=[(4, 3, 2)],
            reference=Reference(
                "torch.nn.LayerNorm", {"normalized_shape": (2, 3), "eps": 0.01, "bias": False}, {"gamma": "weight"}
            ),
        ),
        Example(
            arguments={"normalized_shape": 4, "affine": False},
            input=(3, 4),
            reference=Reference("torch.nn.LayerNorm", {"normalized_shape": 4, "elementwise_affine": False}),
        ),
    )

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float = 1e-5,
        affine: bool = True,
        bias: bool = True,
        *,
        dtype: npt.DTypeLike = "float32",
    ) -> None:
        super().__init__()
        self.normalized_shape = shape = positive_shape("LayerNormalization", "normalized_shape", normalized_shape)
        self.eps = positive_float("LayerNormalization", "eps", eps)
        gamma, beta = (parameter_of("LayerNormalization", value, shape, dtype) for value in (1, 0))
        self.gamma, self.beta = (gamma if affine else None), (beta if affine and bias else None)
        self.gradGamma = None if self.gamma is None else np.zeros_like(self.gamma)
        self.gradBeta = None if self.beta is None else np.zeros_like(self.beta)
        self.normalized: Array = None  # type: ignore[assignment]  # before a pass
        self.inverse_deviation: Array = None  # type: ignore[assignment]  # before a pass

    def updateOutput(self, input: Array) -> Array:
        expect_trailing(self, input, self.normalized_shape)
        rows, inverse = standardize_rows(as_rows(input, math.prod(self.normalized_shape)), self.eps)
        output = normalized = rows.reshape(input.shape).astype(floating_dtype(input), copy=False)
        if self.gamma is not None:
            output = normalized * self.gamma
        if self.beta is not None:
            output += self.beta
        self.normalized, self.inverse_deviation, self.output = normalized, inverse, output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_forward(self)
        expect_shape(self, input, self.output.shape)
        expect_shape(self, gradOutput, input.shape, "gradOutput")
        h = gradOutput if self.gamma is None else gradOutput * self.gamma
        n = math.prod(self.normalized_shape)
        gradInput = standardize_rows_back(as_rows(self.normalized, n), as_rows(h, n), self.inverse_deviation)
        self.gradInput = gradInput.reshape(input.shape).astype(floating_dtype(h), copy=False)
        return self.gradInput

    def accGradParameters(self, input: Array, gradOutput: Array) -> None:
        expect_forward(self)
        expect_shape(self, gradOutput, self.output.shape, "gradOutput")
        n = math.prod(self.normalized_shape)
        add_to_gradients(self, as_rows(gradOutput, n), as_rows(self.normalized, n))

    def backwardParameters(self, input: Array, gradOutput: Array) -> None:
        self.accGradParameters(input, gradOutput)
