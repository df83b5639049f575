"""`BalancedAccuracy`: the accuracy if all classes had equally many samples."""

from __future__ import annotations

from minnet_core import Example

from .confusion_matrix import ConfusionCounts
from .references import of_classes


class BalancedAccuracy(ConfusionCounts):
    """The mean of the recalls of the classes; one without samples is left out.

    scikit-learn: ``balanced_accuracy_score``.

    Args:
        adjusted: whether to rescale it, so that chance is 0 and perfection stays 1.

    >>> import numpy as np
    >>> accuracy = BalancedAccuracy()
    >>> accuracy.update(np.array([[0.9, 0.1], [0.3, 0.7], [0.2, 0.8]]), np.array([0, 1, 0]))
    >>> accuracy.compute()
    0.75
    """

    EXAMPLES = (
        Example(
            input=(24, 3),
            target="classes",
            traits=["probability-input"],
            reference=of_classes("balanced_accuracy_score"),
        ),
    )

    def __init__(self, adjusted: bool = False) -> None:
        self.adjusted = adjusted
        super().__init__()

    @property
    def name(self) -> str:
        return "balanced_accuracy"

    def compute(self) -> float:
        support = self.counts.sum(axis=1)
        is_there = support > 0
        if not is_there.any():
            return float("nan")
        mean = float((self.counts.diagonal()[is_there] / support[is_there]).mean())
        chance = 1 / int(is_there.sum())
        if not self.adjusted:
            return mean
        return (mean - chance) / (1 - chance) if chance < 1 else float("nan")
