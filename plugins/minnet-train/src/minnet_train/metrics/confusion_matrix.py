"""`ConfusionMatrix`: how often each class is predicted for which, and what follows from it for each class."""

from __future__ import annotations

from typing import Any

import numpy as np

from minnet_core import Array, Example

from .metric import Metric, class_indices
from .references import of_classes


class ConfusionCounts(Metric):
    """Counts how often each class is predicted for which; a subclass computes a number of that."""

    TASKS = ("classification",)
    STATE = ("counts",)

    def reset(self) -> None:
        self.counts: Array = np.zeros((0, 0), np.int64)

    def update(self, outputs: Array, targets: Array) -> None:
        counts = count_confusions(class_indices(self, outputs, targets), outputs.argmax(axis=1), outputs.shape[1])
        self.counts = self.counts + counts if self.counts.size else counts


class ConfusionMatrix(ConfusionCounts):
    """How many rows of each class got which prediction: a list for each class, with a count for each predicted class.

    scikit-learn: ``confusion_matrix``.

    >>> matrix = ConfusionMatrix()
    >>> matrix.update(np.array([[0.9, 0.1], [0.3, 0.7], [0.2, 0.8]]), np.array([0, 1, 0]))
    >>> matrix.compute()
    [[1, 1], [0, 1]]
    """

    EXAMPLES = (
        Example(
            input=(24, 3),
            target="classes",
            traits=["probability-input"],
            reference=of_classes("confusion_matrix", labels=range(3)),
        ),
    )

    @property
    def name(self) -> str:
        return "confusion_matrix"

    def compute(self) -> list[list[int]]:
        counts: list[list[int]] = self.counts.tolist()
        return counts


def count_confusions(actual: Array, predicted: Array, classes: int) -> Array:
    """Count samples by their class, row, and by the class that was predicted, column.

    >>> count_confusions(np.array([0, 1, 1]), np.array([0, 1, 0]), 2)
    array([[1, 0],
           [1, 1]])
    """
    return np.bincount(actual * classes + predicted, minlength=classes * classes).reshape(classes, classes)


def precision_recall_f1_support(confusion: Any) -> tuple[Array, Array, Array, Array]:
    """Compute four numbers of each class from a confusion matrix.

    Precision is the fraction of the samples predicted to be of the class that are of it, recall the fraction of its
    samples that are predicted to be of it, F1 their harmonic mean, and support the number of its samples.
    A fraction of no samples is nan.

    scikit-learn: ``precision_recall_fscore_support``.

    >>> precision, recall, f1, support = precision_recall_f1_support([[1, 0], [1, 0]])
    >>> precision.tolist(), recall.tolist(), support.tolist()
    ([0.5, nan], [1.0, 0.0], [1, 1])
    """
    confusion = np.asarray(confusion)
    right, predicted, support = confusion.diagonal(), confusion.sum(axis=0), confusion.sum(axis=1)
    f1 = _ratio(2 * right, predicted + support)
    return _ratio(right, predicted), _ratio(right, support), f1, support


def _ratio(part: Array, whole: Array) -> Array:
    ratio: Array = np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole != 0)
    return ratio
