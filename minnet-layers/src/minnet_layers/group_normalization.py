"""`GroupNormalization`: every group of channels of a sample to mean 0 and variance 1."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from minnet_core import Array, Example, Module, Reference, expect_forward, expect_shape
from minnet_core.nn import (
    axis_dot,
    axis_sums,
    floating_dtype,
    positive_float,
    positive_int,
    standardize_rows,
    standardize_rows_back,
)

from .feature_rows import as_rows, parameter_of

_IN_TORCH = {"gamma": "weight", "beta": "bias"}


class GroupNormalization(Module):
    r"""Normalizes groups of channels of each sample; input ``(batch, num_channels, ...)``, output the same.

    The channels are divided into ``num_groups`` of neighbours. With mean :math:`\mu` and biased variance
    :math:`\sigma^2` of the :math:`n` numbers of a group of a sample, those of all its channels and places:

    .. math:: y = \gamma_c\hat x + \beta_c, \qquad \hat x = s(x - \mu), \qquad s = (\sigma^2 + \epsilon)^{-1/2}

    Backward, with :math:`g = \partial L/\partial y` and :math:`h = \partial L/\partial\hat x = \gamma_c g`.
    As for `LayerNormalization`, :math:`\partial\hat x_j/\partial x_k = s(\delta_{jk} - 1/n - \hat x_j\hat x_k/n)`, so

    .. math:: \frac{\partial L}{\partial x} = s\bigl(h - \overline h - \hat x\,\overline{h\hat x}\bigr), \quad
              \frac{\partial L}{\partial\gamma_c} = \sum g\hat x, \quad \frac{\partial L}{\partial\beta_c} = \sum g

    where the bar is the mean over a group, and the sums are over all samples and the places of channel :math:`c`.

    PyTorch: ``torch.nn.GroupNorm(num_groups, num_channels, eps, affine)``.

    Paper: Wu and He, 2018, arXiv:1803.08494.

    Args:
        num_groups: how many groups there are.
        num_channels: how many channels there are, a multiple of ``num_groups``.
        eps: :math:`\epsilon`, above 0.
        affine: whether there are ``gamma`` and ``beta``, which start as 1 and 0; without it they are None.
        dtype: of the parameters and their gradients.

    Attributes:
        gamma, beta, gradGamma, gradBeta: ``(num_channels,)``, or None; also ``weight``, ``bias``, ``gradWeight`` and
            ``gradBias``.

    >>> import numpy as np
    >>> from minnet_layers import GroupNormalization
    >>> GroupNormalization(2, 4).forward(np.array([[1.0, 5.0, 30.0, 10.0]])).round(3)
    array([[-1.,  1.,  1., -1.]])
    """

    PARAMETERS: ClassVar = {"gamma": "gradGamma", "beta": "gradBeta"}
    ALIASES: ClassVar = {"weight": "gamma", "bias": "beta"}
    CACHES = ("normalized", "inverse_deviation")
    EXAMPLES = (
        Example(
            arguments={"num_groups": 2, "num_channels": 4},
            input=[(3, 4, 2, 3), (2, 4)],
            rejects=[(3, 2, 4), (4,)],
            rejected_arguments=[{"num_groups": 0}, {"num_groups": 3}, {"eps": 0.0}, {"dtype": "int32"}],
            reference=Reference("torch.nn.GroupNorm", {"num_groups": 2, "num_channels": 4}, _IN_TORCH),
        ),
        Example(
            arguments={"num_groups": 1, "num_channels": 3, "eps": 0.01, "affine": False},
            input=(2, 3, 4),
            reference=Reference(
                "torch.nn.GroupNorm", {"num_groups": 1, "num_channels": 3, "eps": 0.01, "affine": False}
            ),
        ),
    )

    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        eps: float = 1e-5,
        affine: bool = True,
        *,
        dtype: npt.DTypeLike = "float32",
    ) -> None:
        super().__init__()
        name = type(self).__name__
        self.num_groups = positive_int(name, "num_groups", num_groups)
        self.num_channels = positive_int(name, "num_channels", num_channels)
        if self.num_channels % self.num_groups:
            raise ValueError(f"{name}: expected num_channels in {num_groups} equal groups, received {num_channels}")
        self.eps = positive_float(name, "eps", eps)
        gamma, beta = (parameter_of(name, value, (self.num_channels,), dtype) for value in (1, 0))
        self.gamma, self.beta = (gamma if affine else None), (beta if affine else None)
        self.gradGamma = None if self.gamma is None else np.zeros_like(self.gamma)
        self.gradBeta = None if self.beta is None else np.zeros_like(self.beta)
        self.normalized: Array = None  # type: ignore[assignment]  # before a pass
        self.inverse_deviation: Array = None  # type: ignore[assignment]  # before a pass

    def updateOutput(self, input: Array) -> Array:
        self._expect_channels(input)
        rows, inverse = standardize_rows(self._groups(input), self.eps)
        output = normalized = rows.reshape(input.shape).astype(floating_dtype(input), copy=False)
        if self.gamma is not None and self.beta is not None:
            output = normalized * self._per_channel(self.gamma, input)
            output += self._per_channel(self.beta, input)
        self.normalized, self.inverse_deviation, self.output = normalized, inverse, output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_forward(self)
        expect_shape(self, input, self.output.shape)
        expect_shape(self, gradOutput, input.shape, "gradOutput")
        h = gradOutput if self.gamma is None else gradOutput * self._per_channel(self.gamma, input)
        gradInput = standardize_rows_back(self._groups(self.normalized), self._groups(h), self.inverse_deviation)
        self.gradInput = gradInput.reshape(input.shape).astype(floating_dtype(h), copy=False)
        return self.gradInput

    def accGradParameters(self, input: Array, gradOutput: Array) -> None:
        expect_forward(self)
        expect_shape(self, gradOutput, self.output.shape, "gradOutput")
        if self.gamma is None:
            return
        for name in ("gradGamma", "gradBeta"):
            expect_shape(self, getattr(self, name), self.gamma.shape, name)
        places = math.prod(input.shape[2:])
        g, y = as_rows(gradOutput, places), as_rows(self.normalized, places)
        self.gradGamma += axis_dot(g, y).reshape(-1, self.num_channels).sum(axis=0)
        self.gradBeta += axis_sums(g).reshape(-1, self.num_channels).sum(axis=0)

    def backwardParameters(self, input: Array, gradOutput: Array) -> None:
        self.accGradParameters(input, gradOutput)

    def _expect_channels(self, input: Array) -> None:
        if getattr(input, "ndim", 0) < 2 or input.shape[1] != self.num_channels:
            expect_shape(self, input, ("batch", self.num_channels, *["any"] * (getattr(input, "ndim", 0) - 2)))

    def _groups(self, array: Array) -> Array:
        """A row for each group of each sample."""
        return as_rows(array, math.prod(array.shape[1:]) // self.num_groups)

    def _per_channel(self, parameter: Array, input: Array) -> Array:
        """A parameter with the axes that it is broadcast over."""
        return parameter.reshape(-1, *[1] * (input.ndim - 2))
