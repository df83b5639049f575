"""`ReLU`: the rectified linear unit."""

from __future__ import annotations

from minnet_core import Array, Example, Module, Reference, expect_shape
from minnet_core.nn import positive_part, where_positive


class ReLU(Module):
    r"""Keeps what is positive and zeroes the rest; any shape.

    .. math:: y = \max(x, 0)

    Backward, with :math:`g = \partial L/\partial y`; the derivative is 1 above 0 and 0 below, and at the kink 0:

    .. math:: \frac{\partial L}{\partial x} = g\,[x > 0]

    PyTorch: ``torch.nn.ReLU()``.

    Paper: Nair and Hinton, 2010, ICML.

    >>> import numpy as np
    >>> from minnet_layers import ReLU
    >>> ReLU().forward(np.array([-2.0, 0.0, 3.0]))
    array([0., 0., 3.])
    """

    EXAMPLES = (Example(input=[(4, 3), (7,), (2, 3, 5)], traits={"kinks"}, reference=Reference("torch.nn.ReLU")),)

    def updateOutput(self, input: Array) -> Array:
        output = positive_part(input)
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_shape(self, gradOutput, input.shape, "gradOutput")
        self.gradInput = where_positive(input, gradOutput)
        return self.gradInput
