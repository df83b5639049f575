"""`Identity`: what it is given."""

from __future__ import annotations

import numpy as np

from minnet_core import Affine, Array, Example, Module, Reference, expect_shape
from minnet_core.nn import floating_dtype


class Identity(Module):
    r"""Returns its input: what stands where a layer could; any shape.

    .. math:: y = x

    Backward, with :math:`g = \partial L/\partial y`; the derivative is 1:

    .. math:: \frac{\partial L}{\partial x} = g

    The output is a copy, as of every layer, so that what is written to it does not change the input; of integers, in
    floating numbers.

    PyTorch: ``torch.nn.Identity()``, which returns the input itself, and takes any arguments.

    >>> import numpy as np
    >>> from minnet_layers import Identity
    >>> Identity().forward(np.array([1.0, 2.0]))
    array([1., 2.])
    """

    EXAMPLES = (Example(input=[(4, 3), (7,), (2, 3, 5)], reference=Reference("torch.nn.Identity")),)

    def updateOutput(self, input: Array) -> Array:
        output: Array = np.array(input, floating_dtype(input))
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_shape(self, gradOutput, input.shape, "gradOutput")
        self.gradInput = np.array(gradOutput, floating_dtype(gradOutput))
        return self.gradInput

    def as_affine(self) -> Affine:
        return Affine()
