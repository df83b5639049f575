"""`Sqrt`: the square root of each number."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Example, Module, Reference, expect_forward, expect_shape
from minnet_core.nn import as_floating


class Sqrt(Module):
    r"""The square root of each number, which is 0 or more; any shape.

    .. math:: y = \sqrt x

    Backward, with :math:`g = \partial L/\partial y`, by the power rule:

    .. math:: \frac{\partial L}{\partial x} = \frac{g}{2 \sqrt x} = \frac{g}{2 y}

    At 0 the derivative is infinite, and the gradient with it; NumPy warns of the division.

    PyTorch: ``torch.sqrt(x)``. Torch7's gives a gradient of 0 at 0.

    >>> import numpy as np
    >>> from minnet_layers import Sqrt
    >>> Sqrt().forward(np.array([0.0, 4.0, 9.0]))
    array([0., 2., 3.])
    """

    EXAMPLES = (Example(input=[(4, 3), (2, 3, 5)], traits={"positive-input"}, reference=Reference("torch.sqrt")),)

    def updateOutput(self, input: Array) -> Array:
        output: Array = np.sqrt(as_floating(input))
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_forward(self)
        expect_shape(self, input, self.output.shape)
        expect_shape(self, gradOutput, input.shape, "gradOutput")
        gradInput: Array = gradOutput / self.output
        gradInput /= 2
        self.gradInput = gradInput
        return self.gradInput
