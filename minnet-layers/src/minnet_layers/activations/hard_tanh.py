"""`HardTanh`: straight from its least value to its largest, and level beyond."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from minnet_core import Array, Example, Module, Reference, expect_shape
from minnet_core.nn import as_floating, masked


class HardTanh(Module):
    r"""Keeps each number from ``min_val`` to ``max_val`` and cuts what is beyond; any shape.

    .. math:: y = \min(\max(x, \mathrm{min}), \mathrm{max})

    Backward, with :math:`g = \partial L/\partial y`; the derivative is 1 between the two and 0 beyond, and at both
    kinks 0:

    .. math:: \frac{\partial L}{\partial x} = g\,[\mathrm{min} < x < \mathrm{max}]

    PyTorch: ``torch.nn.Hardtanh(min_val, max_val)``. Torch7 calls the bounds ``min_value`` and ``max_value``. `Clamp`
    lets the gradient through at the kinks.

    Args:
        min_val: the least value.
        max_val: the largest, above the least.

    >>> import numpy as np
    >>> from minnet_layers import HardTanh
    >>> HardTanh().forward(np.array([-2.0, 0.5, 3.0]))
    array([-1. ,  0.5,  1. ])
    """

    EXAMPLES: ClassVar[tuple[Example, ...]] = (
        Example(
            arguments={"min_val": -0.3, "max_val": 0.7},
            input=[(4, 3), (2, 3, 5)],
            traits={"kinks"},
            rejected_arguments=[{"min_val": 0.7}, {"max_val": -2.0}, {"max_val": float("nan")}],
            reference=Reference("torch.nn.Hardtanh", {"min_val": -0.3, "max_val": 0.7}),
        ),
    )

    def __init__(self, min_val: float = -1.0, max_val: float = 1.0) -> None:
        super().__init__()
        self.min_val, self.max_val = float(min_val), float(max_val)
        if not self.min_val < self.max_val:
            raise ValueError(f"HardTanh: expected min_val below max_val, received {min_val!r} and {max_val!r}")

    def updateOutput(self, input: Array) -> Array:
        output: Array = np.clip(as_floating(input), self.min_val, self.max_val)
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_shape(self, gradOutput, input.shape, "gradOutput")
        self.gradInput = masked(gradOutput, (self.min_val < input) & (input < self.max_val))
        return self.gradInput
