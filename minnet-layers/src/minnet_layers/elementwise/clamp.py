"""`Clamp`: numbers within bounds."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Example, Module, Reference, expect_shape
from minnet_core.nn import as_floating, masked


class Clamp(Module):
    r"""Cuts each number at a least value, at a largest, or at both; any shape.

    .. math:: y = \min(\max(x, \mathrm{min}), \mathrm{max})

    Backward, with :math:`g = \partial L/\partial y`; the derivative is 1 within the bounds, at the kinks too, and 0
    beyond:

    .. math:: \frac{\partial L}{\partial x} = g\,[\mathrm{min} \le x \le \mathrm{max}]

    PyTorch: ``torch.clamp(x, min, max)``, which takes a least above the largest too. Torch7 calls the bounds
    ``min_value`` and ``max_value``, and needs both. `HardTanh` lets no gradient through at the kinks.

    Args:
        min: the least value; None for none.
        max: the largest value, no less than the least; None for none.

    >>> import numpy as np
    >>> from minnet_layers import Clamp
    >>> Clamp(max=1.0).forward(np.array([-2.0, 0.5, 3.0]))
    array([-2. ,  0.5,  1. ])
    """

    EXAMPLES = (
        Example(
            arguments={"min": -0.5, "max": 0.8},
            input=[(4, 3), (2, 3, 5)],
            traits={"kinks"},
            rejected_arguments=[{"max": -1.0}, {"min": None, "max": None}, {"min": float("nan")}],
            reference=Reference("torch.clamp", {"min": -0.5, "max": 0.8}),
        ),
    )

    def __init__(self, min: float | None = None, max: float | None = None) -> None:
        super().__init__()
        self.min = -np.inf if min is None else float(min)
        self.max = np.inf if max is None else float(max)
        if not self.min <= self.max or (min is None and max is None):
            raise ValueError(f"Clamp: expected a min, a max, or min <= max, received {min!r} and {max!r}")

    def updateOutput(self, input: Array) -> Array:
        output: Array = np.clip(as_floating(input), self.min, self.max)
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_shape(self, gradOutput, input.shape, "gradOutput")
        input = as_floating(input)
        self.gradInput = masked(gradOutput, (self.min <= input) & (input <= self.max))
        return self.gradInput
