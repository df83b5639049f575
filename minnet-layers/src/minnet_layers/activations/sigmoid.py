"""`Sigmoid`: the logistic function."""

from __future__ import annotations

from minnet_core import Array, Example, Module, Reference, expect_forward, expect_shape
from minnet_core.nn import as_floating, sigmoid


class Sigmoid(Module):
    r"""The logistic function of each number, from 0 to 1; any shape.

    .. math:: y = \sigma(x) = \frac{1}{1 + e^{-x}}

    Backward, with :math:`g = \partial L/\partial y`; :math:`\sigma' = e^{-x}/(1 + e^{-x})^2`, the product of
    :math:`\sigma` and :math:`1 - \sigma = e^{-x}/(1 + e^{-x})`:

    .. math:: \frac{\partial L}{\partial x} = g\,y\,(1 - y)

    PyTorch: ``torch.nn.Sigmoid()``.

    >>> import numpy as np
    >>> from minnet_layers import Sigmoid
    >>> Sigmoid().forward(np.array([-1000.0, 0.0, 1.0])).round(3)
    array([0.   , 0.5  , 0.731])
    """

    EXAMPLES = (Example(input=[(4, 3), (7,), (2, 3, 5)], reference=Reference("torch.nn.Sigmoid")),)

    def updateOutput(self, input: Array) -> Array:
        output = sigmoid(as_floating(input))
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_forward(self)
        expect_shape(self, input, self.output.shape)
        expect_shape(self, gradOutput, input.shape, "gradOutput")
        gradInput = 1 - self.output
        gradInput *= self.output
        gradInput *= gradOutput
        self.gradInput = gradInput
        return self.gradInput
