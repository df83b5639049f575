"""`Threshold`: what does not exceed a number becomes another."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Example, Module, Reference, expect_shape
from minnet_core.nn import as_floating, masked


class Threshold(Module):
    r"""Keeps what is above a threshold and puts one value in the place of the rest; any shape.

    .. math:: y = \begin{cases} x & x > \mathrm{threshold} \\ \mathrm{value} & x \le \mathrm{threshold} \end{cases}

    Backward, with :math:`g = \partial L/\partial y`; the derivative is 1 above, and 0 elsewhere, at the threshold too:

    .. math:: \frac{\partial L}{\partial x} = g\,[x > \mathrm{threshold}]

    PyTorch: ``torch.nn.Threshold(threshold, value)``. Torch7 has defaults, 1e-6 and 0.

    Args:
        threshold: above which numbers stay.
        value: what the others become.

    >>> import numpy as np
    >>> from minnet_layers import Threshold
    >>> Threshold(1.0, -5.0).forward(np.array([0.0, 1.0, 2.0]))
    array([-5., -5.,  2.])
    """

    EXAMPLES = (
        Example(
            arguments={"threshold": 0.1, "value": 20.0},
            input=[(4, 3), (2, 3, 5)],
            traits={"kinks"},
            reference=Reference("torch.nn.Threshold", {"threshold": 0.1, "value": 20.0}),
        ),
    )

    def __init__(self, threshold: float, value: float) -> None:
        super().__init__()
        self.threshold, self.value = float(threshold), float(value)

    def updateOutput(self, input: Array) -> Array:
        input = as_floating(input)
        is_replaced = input <= self.threshold
        output = masked(input, ~is_replaced)
        output += masked(np.full_like(input, self.value), is_replaced)
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_shape(self, gradOutput, input.shape, "gradOutput")
        self.gradInput = masked(gradOutput, ~(as_floating(input) <= self.threshold))  # so that nan lets it through
        return self.gradInput
