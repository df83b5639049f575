"""Digits that are written over each other, and how many labels are told right: `overlaid-digits.toml` imports this."""

from __future__ import annotations

import numpy as np

from minnet_core import Array
from minnet_train import Dataset, Source, load_digits
from minnet_train.metrics import Metric


class OverlaidDigits(Source):
    """Images of one to three of the embedded digits over each other, each pixel the darkest of theirs.

    The target is for each of the ten classes whether there is a digit of it. The digits are divided into groups, of
    which each image is from one: no digit of an image that is held out is trained on.

    Args:
        n: how many images, as many of each group.
        groups: how many groups.
        rng: the seed.
    """

    def __init__(self, n: int = 6000, groups: int = 20, rng: int = 0) -> None:
        self.n = n
        self.groups = groups
        self.rng = rng

    def load(self) -> Dataset:
        """Draw the digits."""
        digits, rng = load_digits(), np.random.default_rng(self.rng)
        members = np.array_split(rng.permutation(len(digits)), self.groups)
        groups = np.arange(self.n) % self.groups
        features, targets = np.empty((self.n, 64), np.float32), np.zeros((self.n, 10), np.int64)
        for index, group in enumerate(groups):
            chosen = rng.choice(members[group], rng.integers(1, 4), replace=False)
            features[index] = digits.features[chosen].max(axis=0)
            targets[index, digits.targets[chosen]] = 1
        names = tuple(map(str, digits.classes))
        return Dataset(
            "overlaid digits", features, targets, outputs=names, attribution=digits.attribution, groups=groups
        )


class RightLabels(Metric):
    """The fraction of labels that are told right by the sign of their score."""

    TASKS = ("regression",)
    STATE = ("right", "labels")

    @property
    def name(self) -> str:
        return "accuracy_of_labels"

    def reset(self) -> None:
        self.right = self.labels = 0

    def update(self, outputs: Array, targets: Array) -> None:
        self.right += int(((outputs > 0) == (targets > 0.5)).sum())
        self.labels += targets.size

    def compute(self) -> float:
        return self.right / self.labels if self.labels else float("nan")
