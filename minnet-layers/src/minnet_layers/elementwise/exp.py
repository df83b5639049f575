"""`Exp`: the exponential function."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Example, Module, Reference, expect_forward, expect_shape
from minnet_core.nn import as_floating


class Exp(Module):
    r"""The exponential of each number; any shape.

    .. math:: y = e^x

    Backward, with :math:`g = \partial L/\partial y`; the function is its own derivative:

    .. math:: \frac{\partial L}{\partial x} = g y

    PyTorch: ``torch.exp(x)``. What is beyond the range, from 88.7 on in float32, is infinite; NumPy warns of it.

    >>> import numpy as np
    >>> from minnet_layers import Exp
    >>> Exp().forward(np.array([-1000.0, 0.0, 1.0])).round(3)
    array([0.   , 1.   , 2.718])
    """

    EXAMPLES = (Example(input=[(4, 3), (2, 3, 5)], reference=Reference("torch.exp")),)

    def updateOutput(self, input: Array) -> Array:
        output: Array = np.exp(as_floating(input))
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_forward(self)
        expect_shape(self, input, self.output.shape)
        expect_shape(self, gradOutput, input.shape, "gradOutput")
        self.gradInput = gradOutput * self.output
        return self.gradInput
