"""Points around a wave, and how many of them are in a band: `quantiles.toml` imports this file."""

from __future__ import annotations

import numpy as np

from minnet_core import Array
from minnet_train import Dataset, Source
from minnet_train.metrics import Metric


class Waves(Source):
    """Points whose height is a wave of their place, with an error the larger, the farther to the right they are.

    The error is exponential, so that most points are little above the wave, and few far. The height is there once for
    each quantile that is learned.

    Args:
        n: how many points.
        quantiles: how often the height is a target.
        rng: the seed.
    """

    def __init__(self, n: int = 2000, quantiles: int = 3, rng: int = 0) -> None:
        self.n = n
        self.quantiles = quantiles
        self.rng = rng

    def load(self) -> Dataset:
        """Draw the points."""
        rng = np.random.default_rng(self.rng)
        place = rng.uniform(-1, 1, (self.n, 1))
        height = np.sin(3 * place) + rng.exponential(0.1 + 0.3 * (place + 1))
        names = tuple(f"height{index}" for index in range(self.quantiles))
        return Dataset("waves", place, np.tile(height, self.quantiles), (), ("place",), names)


class Coverage(Metric):
    """The fraction of targets that are between the first output and the last."""

    TASKS = ("regression",)
    STATE = ("inside", "rows")

    def reset(self) -> None:
        self.inside = self.rows = 0

    def update(self, outputs: Array, targets: Array) -> None:
        height = targets[:, 0]
        self.inside += int(((outputs[:, 0] <= height) & (height <= outputs[:, -1])).sum())
        self.rows += len(outputs)

    def compute(self) -> float:
        return self.inside / self.rows if self.rows else float("nan")
