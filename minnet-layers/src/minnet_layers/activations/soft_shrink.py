"""`SoftShrink`: what is small becomes 0, and the rest comes nearer to it."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Example, Module, Reference, expect_shape
from minnet_core.nn import as_floating, masked


class SoftShrink(Module):
    r"""Zeroes what is no farther from 0 than :math:`\lambda` and moves the rest towards 0 by as much; any shape.

    .. math:: y = x - \min(\max(x, -\lambda), \lambda)

    It is the proximal step of the L1 norm, which makes sparse codes.

    Backward, with :math:`g = \partial L/\partial y`; the derivative is 1 where the output is not 0, and
    elsewhere 0, at both kinks too:

    .. math:: \frac{\partial L}{\partial x} = g\,[|x| > \lambda]

    PyTorch: ``torch.nn.Softshrink(lambd)``; Torch7 calls the argument ``lambda``.

    Paper: Donoho and Johnstone, 1994, Biometrika 81:425.

    Args:
        lambd: :math:`\lambda`, 0 or more.

    >>> import numpy as np
    >>> from minnet_layers import SoftShrink
    >>> SoftShrink(1.0).forward(np.array([-3.0, 0.5, 2.0]))
    array([-2.,  0.,  1.])
    """

    EXAMPLES = (
        Example(
            input=[(4, 3), (2, 3, 5)],
            traits={"kinks"},
            rejected_arguments=[{"lambd": -0.1}, {"lambd": float("nan")}],
            reference=Reference("torch.nn.Softshrink", {"lambd": 0.5}),
        ),
    )

    def __init__(self, lambd: float = 0.5) -> None:
        super().__init__()
        self.lambd = float(lambd)
        if not self.lambd >= 0:
            raise ValueError(f"SoftShrink: expected lambd to be 0 or more, received {lambd!r}")

    def updateOutput(self, input: Array) -> Array:
        input = as_floating(input)
        output: Array = input - np.clip(input, -self.lambd, self.lambd)
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_shape(self, gradOutput, input.shape, "gradOutput")
        self.gradInput = masked(gradOutput, ~(np.abs(as_floating(input)) <= self.lambd))  # so that nan lets it through
        return self.gradInput
