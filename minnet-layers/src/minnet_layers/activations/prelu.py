"""`PReLU`: a rectifier whose slope below 0 is learned."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import numpy.typing as npt

from minnet_core import Array, Example, Module, Reference, expect_shape
from minnet_core.nn import (
    accumulation_dtype,
    as_floating,
    column_sums,
    negative_part,
    positive_int,
    positive_mask,
    positive_part,
)

from ..arguments import expect_features, floating


class PReLU(Module):
    r"""Keeps what is positive and multiplies the rest by a slope that is learned, one for all or one for each channel.

    Input of any shape for one slope; for several, the channels are axis 1: ``(batch, channels, ...)``.

    .. math:: y = \max(x, 0) + s\,\min(x, 0)

    Backward, with :math:`g = \partial L/\partial y`; the derivative is 1 above 0 and :math:`s` below, and at the kink
    :math:`s`. A slope meets all numbers of its channel, so its gradient is a sum over them:

    .. math:: \frac{\partial L}{\partial x} = g\,(x > 0\;?\;1 : s), \qquad
              \frac{\partial L}{\partial s} = \sum g\,\min(x, 0)

    PyTorch: ``torch.nn.PReLU(num_parameters, init)``.

    Paper: He, Zhang, Ren and Sun, 2015, arXiv:1502.01852.

    Args:
        num_parameters: 1, or the number of channels.
        init: the slopes at first.
        dtype: of the slopes and their gradient.

    Attributes:
        slope, gradSlope: ``(num_parameters,)``; also ``weight`` and ``gradWeight``.

    >>> import numpy as np
    >>> from minnet_layers import PReLU
    >>> PReLU().forward(np.array([-2.0, 0.0, 3.0]))
    array([-0.5,  0. ,  3. ])
    """

    PARAMETERS: ClassVar = {"slope": "gradSlope"}
    ALIASES: ClassVar = {"weight": "slope"}
    EXAMPLES = (
        Example(
            input=[(4, 3), (7,), (2, 3, 5)],
            traits={"kinks"},
            rejected_arguments=[{"num_parameters": 0}, {"init": "steep"}, {"dtype": "int32"}],
            reference=Reference("torch.nn.PReLU", parameters={"slope": "weight"}),
        ),
        Example(
            arguments={"num_parameters": 3, "init": -0.5},
            input=[(4, 3), (2, 3, 5, 2)],
            traits={"kinks"},
            rejects=[(4, 2), (3,), (2, 1, 3)],
            reference=Reference("torch.nn.PReLU", {"num_parameters": 3, "init": -0.5}, {"slope": "weight"}),
        ),
    )

    def __init__(self, num_parameters: int = 1, init: float = 0.25, *, dtype: npt.DTypeLike = "float32") -> None:
        super().__init__()
        count = positive_int("PReLU", "num_parameters", num_parameters)
        self.slope = np.full(count, float(init), floating("PReLU", dtype))
        self.gradSlope = np.zeros_like(self.slope)

    def updateOutput(self, input: Array) -> Array:
        output = negative_part(input) * self._along(input)
        output += positive_part(input)
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        slope = self._along(input)
        expect_shape(self, gradOutput, input.shape, "gradOutput")
        gradInput = positive_mask(input) * (1 - slope)
        gradInput += slope
        gradInput *= gradOutput
        self.gradInput = gradInput
        return self.gradInput

    def accGradParameters(self, input: Array, gradOutput: Array) -> None:
        self._along(input)
        expect_shape(self, gradOutput, input.shape, "gradOutput")
        expect_shape(self, self.gradSlope, self.slope.shape, "gradSlope")
        products = as_floating(gradOutput) * negative_part(input)
        products = products.astype(accumulation_dtype(products), copy=False)
        if self.slope.size == 1:
            self.gradSlope += products.sum()
        else:
            self.gradSlope += column_sums(np.moveaxis(products, 1, -1))

    def backwardParameters(self, input: Array, gradOutput: Array) -> None:
        self.accGradParameters(input, gradOutput)

    def _along(self, input: Array) -> Array:
        """The slopes, in a shape that spreads along axis 1 of the input."""
        if self.slope.size == 1:
            return self.slope if input.ndim else self.slope[0]
        if input.ndim < 2:
            expect_shape(self, input, ("batch", self.slope.size))
        expect_features(self, input, self.slope.size, axis=1)
        return self.slope.reshape(-1, *(1,) * (input.ndim - 2))
