"""`Abs`: the absolute value."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Example, Module, Reference, expect_shape
from minnet_core.nn import as_floating


class Abs(Module):
    r"""The absolute value of each number; any shape.

    .. math:: y = |x|

    Backward, with :math:`g = \partial L/\partial y`; the derivative is the sign, at the kink 0:

    .. math:: \frac{\partial L}{\partial x} = g\,\mathrm{sign}(x)

    PyTorch: ``torch.abs(x)``.

    >>> import numpy as np
    >>> from minnet_layers import Abs
    >>> Abs().forward(np.array([-2.0, 0.0, 3.0]))
    array([2., 0., 3.])
    """

    EXAMPLES = (Example(input=[(4, 3), (2, 3, 5)], traits={"kinks"}, reference=Reference("torch.abs")),)

    def updateOutput(self, input: Array) -> Array:
        output: Array = np.abs(as_floating(input))
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_shape(self, gradOutput, input.shape, "gradOutput")
        gradInput = np.sign(as_floating(input))
        gradInput *= gradOutput
        self.gradInput = gradInput
        return self.gradInput
