"""`Square`: the square of each number."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Example, Module, Reference, expect_shape
from minnet_core.nn import as_floating


class Square(Module):
    r"""The square of each number; any shape.

    .. math:: y = x^2

    Backward, with :math:`g = \partial L/\partial y`, by the power rule:

    .. math:: \frac{\partial L}{\partial x} = 2 g x

    PyTorch: ``torch.square(x)``.

    >>> import numpy as np
    >>> from minnet_layers import Square
    >>> Square().forward(np.array([-2.0, 0.0, 3.0]))
    array([4., 0., 9.])
    """

    EXAMPLES = (Example(input=[(4, 3), (2, 3, 5)], reference=Reference("torch.square")),)

    def updateOutput(self, input: Array) -> Array:
        output: Array = np.square(as_floating(input))
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_shape(self, gradOutput, input.shape, "gradOutput")
        gradInput: Array = as_floating(input) * gradOutput
        gradInput *= 2
        self.gradInput = gradInput
        return self.gradInput
