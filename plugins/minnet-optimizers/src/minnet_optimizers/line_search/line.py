"""`Line`: the parameters of a module, moved along a direction, and the loss there."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from minnet_core import Array, Module

from .strong_wolfe import Trial


class Line:
    """A straight line from where the parameters are.

    Args:
        module: whose parameters are moved.
        closure: computes the gradients where they are, and returns the loss.
        direction: of all parameters.
    """

    def __init__(self, module: Module, closure: Callable[[], float], direction: Array) -> None:
        self.module, self.closure, self.direction = module, closure, direction
        self.origin = module.flattenParameters()[0].copy()

    def move(self, length: float) -> None:
        """Put the parameters so far along the line."""
        np.add(self.origin, self.direction * length, out=self.module.flattenParameters()[0])

    def evaluate(self, length: float) -> Trial:
        """Move, and compute loss and gradient there."""
        self.move(length)
        loss, gradient = evaluated(self.module, self.closure)
        return Trial(length, loss, float(np.dot(gradient, self.direction)), gradient)


def evaluated(module: Module, closure: Callable[[], float]) -> tuple[float, Array]:
    """Compute loss and gradient where the parameters are; the gradient is a copy."""
    loss = float(closure())
    return loss, module.flattenParameters()[1].copy()
