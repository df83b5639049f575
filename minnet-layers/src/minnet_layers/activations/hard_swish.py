"""`HardSwish`: the linear unit that a hard sigmoid gates."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Example, Module, Reference, expect_shape
from minnet_core.nn import as_floating, masked


class HardSwish(Module):
    r"""The input times its `HardSigmoid`, a `SiLU` without exponentials; any shape.

    .. math:: y = \tfrac16\,x \min(\max(x + 3, 0), 6)

    Backward, with :math:`g = \partial L/\partial y`; between -3 and 3 the output is :math:`(x^2 + 3x)/6`, below it is
    0, above it is :math:`x`; at the kinks the derivative is that of beyond:

    .. math:: \frac{\partial L}{\partial x} = g\,\begin{cases} 0 & x \le -3 \\ x/3 + 1/2 & -3 < x < 3 \\ 1 & x \ge 3
              \end{cases}

    PyTorch: ``torch.nn.Hardswish()``.

    Paper: Howard et al., 2019, arXiv:1905.02244.

    >>> import numpy as np
    >>> from minnet_layers import HardSwish
    >>> HardSwish().forward(np.array([-4.0, 1.0, 4.0])).round(3)
    array([-0.   ,  0.667,  4.   ])
    """

    EXAMPLES = (Example(input=[(4, 3), (2, 3, 5)], traits={"kinks"}, reference=Reference("torch.nn.Hardswish")),)

    def updateOutput(self, input: Array) -> Array:
        input = as_floating(input)
        gate: Array = np.clip(input + 3, 0, 6)
        gate /= 6
        gate *= input
        self.output = gate
        return gate

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_shape(self, gradOutput, input.shape, "gradOutput")
        input = as_floating(input)
        slope = masked(input / 3 + 0.5, (input > -3) & (input < 3))
        slope += ~(input < 3)  # of nan, too, as in PyTorch
        slope *= gradOutput
        self.gradInput = slope
        return self.gradInput
