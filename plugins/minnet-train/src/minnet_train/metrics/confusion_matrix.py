"""`ConfusionMatrix`: which classes are taken for which."""

from __future__ import annotations

import numpy as np

from minnet_core import Array

from .classes import class_indices
from .metric import Metric


class ConfusionMatrix(Metric):
    """How many rows of each class have got each answer: a list for each class, with a count for each answer.

    scikit-learn: ``confusion_matrix``.

    >>> matrix = ConfusionMatrix()
    >>> matrix.update(np.array([[0.9, 0.1], [0.3, 0.7], [0.2, 0.8]]), np.array([0, 1, 0]))
    >>> matrix.compute()
    [[1, 1], [0, 1]]
    """

    TASKS = ("classification",)
    STATE = ("counts",)

    @property
    def name(self) -> str:
        return "confusion_matrix"

    def reset(self) -> None:
        self.counts: Array = np.zeros((0, 0), np.int64)

    def update(self, outputs: Array, targets: Array) -> None:
        actual, classes = class_indices(self, outputs, targets), outputs.shape[1]
        pairs = np.bincount(actual * classes + outputs.argmax(axis=1), minlength=classes * classes)
        counted = pairs.reshape(classes, classes)
        self.counts = self.counts + counted if self.counts.size else counted

    def compute(self) -> list[list[int]]:
        counts: list[list[int]] = self.counts.tolist()
        return counts
