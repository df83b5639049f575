"""Points of which few are of one class, each a single yes or no: `rare-bce.toml` and `rare-focal.toml` import this."""

from __future__ import annotations

import numpy as np
from attrs import evolve

from minnet_core import Array
from minnet_train import Dataset
from minnet_train.data.sources.generated import Blobs
from minnet_train.metrics import F1, Precision, Recall


class RareBlobs(Blobs):
    """Gaussian clouds, of which the second is to be found: the target is one number, 1 for its points and else 0."""

    def load(self) -> Dataset:
        """Draw the points."""
        drawn = super().load()
        return evolve(drawn, targets=drawn.targets[:, None], classes=(), outputs=("is rare",))


def _as_classes(outputs: Array, targets: Array) -> tuple[Array, Array]:
    """Write scores (rows, 1) as those of two classes, and their targets as indices."""
    return np.concatenate([np.zeros_like(outputs), outputs], axis=1), targets[:, 0].astype(np.int64)


class FoundRecall(Recall):
    """The fraction of rare points whose score is above 0."""

    TASKS = ("regression",)

    @property
    def name(self) -> str:
        return "recall"

    def update(self, outputs: Array, targets: Array) -> None:
        super().update(*_as_classes(outputs, targets))


class FoundPrecision(Precision):
    """The fraction of points with a score above 0 that are rare."""

    TASKS = ("regression",)

    @property
    def name(self) -> str:
        return "precision"

    def update(self, outputs: Array, targets: Array) -> None:
        super().update(*_as_classes(outputs, targets))


class FoundF1(F1):
    """The harmonic mean of both."""

    TASKS = ("regression",)

    @property
    def name(self) -> str:
        return "f1"

    def update(self, outputs: Array, targets: Array) -> None:
        super().update(*_as_classes(outputs, targets))
