"""`Tanh`: the hyperbolic tangent."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Example, Module, Reference, expect_forward, expect_shape
from minnet_core.nn import as_floating


class Tanh(Module):
    r"""The hyperbolic tangent of each number, from -1 to 1; any shape.

    .. math:: y = \tanh x = \frac{e^x - e^{-x}}{e^x + e^{-x}}

    Backward, with :math:`g = \partial L/\partial y`; by the quotient rule
    :math:`\tanh' = \bigl((e^x + e^{-x})^2 - (e^x - e^{-x})^2\bigr)/(e^x + e^{-x})^2`:

    .. math:: \frac{\partial L}{\partial x} = g\,(1 - y^2)

    PyTorch: ``torch.nn.Tanh()``.

    >>> import numpy as np
    >>> from minnet_layers import Tanh
    >>> Tanh().forward(np.array([-1000.0, 0.0, 1.0])).round(3)
    array([-1.   ,  0.   ,  0.762])
    """

    EXAMPLES = (Example(input=[(4, 3), (7,), (2, 3, 5)], reference=Reference("torch.nn.Tanh")),)

    def updateOutput(self, input: Array) -> Array:
        output: Array = np.tanh(as_floating(input))
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_forward(self)
        expect_shape(self, input, self.output.shape)
        expect_shape(self, gradOutput, input.shape, "gradOutput")
        gradInput = np.square(self.output)
        np.subtract(1, gradInput, out=gradInput)
        gradInput *= gradOutput
        self.gradInput = gradInput
        return self.gradInput
