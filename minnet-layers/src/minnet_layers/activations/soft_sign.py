"""`SoftSign`: a sigmoid of a quotient, without exponentials."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Example, Module, Reference, expect_shape
from minnet_core.nn import as_floating


class SoftSign(Module):
    r"""Divides each number by one more than its size, which gives -1 to 1; any shape.

    .. math:: y = \frac{x}{1 + |x|}

    It goes to its limits as :math:`1/x` does, much later than `Tanh`.

    Backward, with :math:`g = \partial L/\partial y`; by the quotient rule, :math:`1 + |x| - x\,\mathrm{sign}(x) = 1`
    in the numerator:

    .. math:: \frac{\partial L}{\partial x} = \frac{g}{(1 + |x|)^2}

    PyTorch: ``torch.nn.Softsign()``. At infinity both give nan.

    Paper: Bergstra, Desjardins, Lamblin and Bengio, 2009, Technical Report 1337, Université de Montréal.

    >>> import numpy as np
    >>> from minnet_layers import SoftSign
    >>> SoftSign().forward(np.array([-3.0, 0.0, 1.0]))
    array([-0.75,  0.  ,  0.5 ])
    """

    EXAMPLES = (Example(input=[(4, 3), (2, 3, 5)], reference=Reference("torch.nn.Softsign")),)

    def updateOutput(self, input: Array) -> Array:
        input = as_floating(input)
        output: Array = input / (1 + np.abs(input))
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_shape(self, gradOutput, input.shape, "gradOutput")
        slope = 1 / (1 + np.abs(as_floating(input)))
        slope *= slope  # of the quotient, as the square of the denominator may overflow
        slope *= gradOutput
        self.gradInput = slope
        return self.gradInput
