"""`Log`: the natural logarithm."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Example, Module, Reference, expect_shape
from minnet_core.nn import as_floating


class Log(Module):
    r"""The natural logarithm of each number, which is above 0; any shape.

    .. math:: y = \log x

    Backward, with :math:`g = \partial L/\partial y`:

    .. math:: \frac{\partial L}{\partial x} = \frac{g}{x}

    PyTorch: ``torch.log(x)``. At 0 both passes are infinite; NumPy warns of it. `LogSoftMax` and `LogSigmoid` take the
    logarithms of probabilities without their rounding to 0.

    >>> import numpy as np
    >>> from minnet_layers import Log
    >>> Log().forward(np.array([0.5, 1.0, 2.0])).round(3)
    array([-0.693,  0.   ,  0.693])
    """

    EXAMPLES = (Example(input=[(4, 3), (2, 3, 5)], traits={"positive-input"}, reference=Reference("torch.log")),)

    def updateOutput(self, input: Array) -> Array:
        output: Array = np.log(as_floating(input))
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_shape(self, gradOutput, input.shape, "gradOutput")
        self.gradInput = gradOutput / as_floating(input)
        return self.gradInput
