"""`Weights`: something for an optimizer to train."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from ...nn import Module


class Weights(Module):
    """A module of nothing but two parameters, of a shape and of half its first length, drawn from a seed.

    Args:
        shape: of the first.
        rng: draws both.

    >>> [array.shape for array in Weights((4, 3)).getParameters()]
    [(4, 3), (2, 3)]
    """

    PARAMETERS: ClassVar = {"x": "gradX", "y": "gradY"}

    def __init__(self, shape: tuple[Any, ...], rng: int = 0) -> None:
        super().__init__()
        generator = np.random.default_rng(rng)
        self.x = generator.standard_normal(shape).astype(np.float32)
        self.y = generator.standard_normal((shape[0] // 2 or 1, *shape[1:])).astype(np.float32)
        self.gradX, self.gradY = np.zeros_like(self.x), np.zeros_like(self.y)
