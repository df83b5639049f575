"""Pairs of digits, and how many of them are told right: `siamese.toml` imports this file."""

from __future__ import annotations

import numpy as np

from minnet_core import Array
from minnet_train import Dataset, Source, load_digits
from minnet_train.metrics import Metric


class DigitPairs(Source):
    """Pairs of the embedded digits side by side, 128 pixels: 1 if both are of one class, -1 if not; half of each.

    The digits are divided into groups, of which each pair is from one: no digit of a pair that is held out is trained
    on.

    Args:
        n: how many pairs, as many of each group.
        groups: how many groups.
        rng: the seed.
    """

    def __init__(self, n: int = 6000, groups: int = 20, rng: int = 0) -> None:
        self.n = n
        self.groups = groups
        self.rng = rng

    def load(self) -> Dataset:
        """Draw the pairs."""
        digits, rng = load_digits(), np.random.default_rng(self.rng)
        group_of = rng.permutation(len(digits)) % self.groups
        pairs, targets, groups = [], [], np.arange(self.n) % self.groups
        for index, group in enumerate(groups):
            is_same = index // self.groups % 2 == 0
            members = np.flatnonzero(group_of == group)
            first = rng.choice(members)
            is_candidate = (digits.targets[members] == digits.targets[first]) == is_same
            second = rng.choice(members[is_candidate & (members != first)])
            pairs.append([first, second])
            targets.append([1 if is_same else -1])
        features = digits.features[pairs].reshape(self.n, -1)
        return Dataset(
            "pairs of digits",
            features,
            np.array(targets),
            outputs=("same",),
            attribution=digits.attribution,
            groups=groups,
        )


class RightPairs(Metric):
    """The fraction of pairs that are nearer than half the margin if they are of one class, and else farther.

    Args:
        margin: of the criterion.
    """

    TASKS = ("regression",)
    STATE = ("right", "pairs")

    def __init__(self, margin: float = 1.0) -> None:
        self.margin = margin
        super().__init__()

    @property
    def name(self) -> str:
        return "accuracy_of_pairs"

    def reset(self) -> None:
        self.right = self.pairs = 0

    def update(self, outputs: Array, targets: Array) -> None:
        self.right += int(((outputs < self.margin / 2) == (targets > 0)).sum())
        self.pairs += len(outputs)

    def compute(self) -> float:
        return self.right / self.pairs if self.pairs else float("nan")
