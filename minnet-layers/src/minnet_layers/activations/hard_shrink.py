"""`HardShrink`: what is small becomes 0, and the rest stays."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Example, Module, Reference, expect_shape
from minnet_core.nn import as_floating, masked


class HardShrink(Module):
    r"""Zeroes what is no farther from 0 than :math:`\lambda` and keeps the rest; any shape.

    .. math:: y = x\,[|x| > \lambda]

    It jumps at both ends.

    Backward, with :math:`g = \partial L/\partial y`; the derivative is 1 where the output is not 0, and
    elsewhere 0, at both jumps too:

    .. math:: \frac{\partial L}{\partial x} = g\,[|x| > \lambda]

    PyTorch: ``torch.nn.Hardshrink(lambd)``, which takes negative numbers too, with which it keeps all. Torch7 calls the
    argument ``lambda``.

    Paper: Donoho and Johnstone, 1994, Biometrika 81:425.

    Args:
        lambd: :math:`\lambda`, 0 or more.

    >>> import numpy as np
    >>> from minnet_layers import HardShrink
    >>> HardShrink(1.0).forward(np.array([-3.0, 0.5, 2.0]))
    array([-3.,  0.,  2.])
    """

    EXAMPLES = (
        Example(
            input=[(4, 3), (2, 3, 5)],
            traits={"kinks"},
            rejected_arguments=[{"lambd": -0.1}, {"lambd": float("nan")}],
            reference=Reference("torch.nn.Hardshrink", {"lambd": 0.5}),
        ),
    )

    def __init__(self, lambd: float = 0.5) -> None:
        super().__init__()
        self.lambd = float(lambd)
        if not self.lambd >= 0:
            raise ValueError(f"HardShrink: expected lambd to be 0 or more, received {lambd!r}")

    def updateOutput(self, input: Array) -> Array:
        input = as_floating(input)
        output = masked(input, ~(np.abs(input) <= self.lambd))  # so that nan is kept
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_shape(self, gradOutput, input.shape, "gradOutput")
        self.gradInput = masked(gradOutput, ~(np.abs(as_floating(input)) <= self.lambd))  # so that nan lets it through
        return self.gradInput
