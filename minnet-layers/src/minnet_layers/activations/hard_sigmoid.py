"""`HardSigmoid`: the logistic function in three straight pieces."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Example, Module, expect_shape
from minnet_core.nn import as_floating, masked


class HardSigmoid(Module):
    r"""Goes from 0 at -3 to 1 at 3, and is level beyond; any shape.

    .. math:: y = \tfrac16 \min(\max(x + 3, 0), 6)

    Backward, with :math:`g = \partial L/\partial y`; the derivative is 1/6 between -3 and 3 and 0 beyond, and at both
    kinks 0:

    .. math:: \frac{\partial L}{\partial x} = \tfrac16\,g\,[-3 < x < 3]

    PyTorch: ``torch.nn.Hardsigmoid()``, whose derivative in float64 is 1/6 rounded to float32, 5e-9 more. Keras's was
    another until version 3, from -2.5 to 2.5.

    Paper: Courbariaux, Bengio and David, 2015, arXiv:1511.00363, from -1 to 1.

    >>> import numpy as np
    >>> from minnet_layers import HardSigmoid
    >>> HardSigmoid().forward(np.array([-4.0, 0.0, 1.5]))
    array([0.  , 0.5 , 0.75])
    """

    EXAMPLES = (Example(input=[(4, 3), (2, 3, 5)], traits={"kinks"}),)  # no reference: see above

    def updateOutput(self, input: Array) -> Array:
        output = as_floating(input) + 3
        np.clip(output, 0, 6, out=output)
        output /= 6
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_shape(self, gradOutput, input.shape, "gradOutput")
        gradInput = masked(gradOutput, (input > -3) & (input < 3))
        gradInput /= 6
        self.gradInput = gradInput
        return self.gradInput
