"""`TanhShrink`: each number less its tanh."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Example, Module, Reference, expect_shape
from minnet_core.nn import as_floating


class TanhShrink(Module):
    r"""What `Tanh` takes from each number: nearly nothing of small ones, nearly 1 of large; any shape.

    .. math:: y = x - \tanh x

    Backward, with :math:`g = \partial L/\partial y`; :math:`1 - \tanh' = 1 - (1 - \tanh^2)`:

    .. math:: \frac{\partial L}{\partial x} = g \tanh^2 x

    PyTorch: ``torch.nn.Tanhshrink()``. Near 0, where the output is :math:`x^3/3`, digits cancel in both.

    >>> import numpy as np
    >>> from minnet_layers import TanhShrink
    >>> TanhShrink().forward(np.array([-1000.0, 0.0, 1.0])).round(3)
    array([-9.99e+02,  0.00e+00,  2.38e-01])
    """

    EXAMPLES = (Example(input=[(4, 3), (2, 3, 5)], reference=Reference("torch.nn.Tanhshrink")),)

    def updateOutput(self, input: Array) -> Array:
        input = as_floating(input)
        output: Array = input - np.tanh(input)
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_shape(self, gradOutput, input.shape, "gradOutput")
        gradInput = np.tanh(as_floating(input))
        gradInput *= gradInput
        gradInput *= gradOutput
        self.gradInput = gradInput
        return self.gradInput
