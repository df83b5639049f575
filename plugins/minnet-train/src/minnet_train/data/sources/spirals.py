"""`Spirals`: arms that wind around each other."""

from __future__ import annotations

import numpy as np

from ..dataset import Dataset
from .drawing import noisy, positive, sizes
from .source import Source


class Spirals(Source):
    """Arms of a spiral, each a class, that wind around each other from the centre out to radius 1.

    Args:
        n: how many points, as many on each arm as can be.
        classes: how many arms.
        turns: how often each winds around the centre.
        noise: the deviation of a normal error in both coordinates.
        rng: the seed.

    >>> Spirals(n=9, classes=3).load().targets.tolist()
    [0, 0, 0, 1, 1, 1, 2, 2, 2]
    """

    def __init__(self, n: int = 1000, classes: int = 2, turns: float = 1.0, noise: float = 0.02, rng: int = 0) -> None:
        self.classes = positive(classes, "classes", 2)
        self.n = positive(n, "n", 2 * classes)
        self.turns = turns
        self.noise = noise
        self.rng = rng

    def load(self) -> Dataset:
        """Draw the points."""
        rng = np.random.default_rng(self.rng)
        arms = []
        for index, size in enumerate(sizes(self.n, self.classes)):
            radius = np.sqrt(rng.random(size))  # so that the outer part, which is longer, has more points
            angle = 2 * np.pi * (self.turns * radius + index / self.classes)
            arms.append(np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1))
        return noisy("spirals", arms, self.noise, rng)
