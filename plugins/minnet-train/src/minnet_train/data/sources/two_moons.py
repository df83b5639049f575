"""`TwoMoons`: two half circles that reach into each other."""

from __future__ import annotations

import numpy as np

from ..dataset import Dataset
from .drawing import noisy, positive, sizes
from .source import Source


class TwoMoons(Source):
    """Two half circles of radius 1 that reach into each other: no straight line parts them.

    Args:
        n: how many points, half of them on each.
        noise: the deviation of a normal error in both coordinates.
        rng: the seed.

    >>> data = TwoMoons(n=5).load()
    >>> data.features.shape, data.classes
    ((5, 2), (0, 1))
    """

    def __init__(self, n: int = 1000, noise: float = 0.1, rng: int = 0) -> None:
        self.n = positive(n, "n", 4)
        self.noise = noise
        self.rng = rng

    def load(self) -> Dataset:
        """Draw the points."""
        rng = np.random.default_rng(self.rng)
        upper, lower = (np.pi * rng.random(size) for size in sizes(self.n, 2))
        first = np.stack([np.cos(upper), np.sin(upper)], axis=1)
        second = np.stack([1 - np.cos(lower), 0.5 - np.sin(lower)], axis=1)
        return noisy("two moons", [first, second], self.noise, rng)
