"""`Ranking`: how well scores put the samples of a class before all others, threshold by threshold."""

from __future__ import annotations

from typing import Any

import numpy as np

from minnet_core import Array

from .metric import Metric, class_indices
from .probabilities import class_probabilities


class Ranking(Metric):
    """A number for each class that says how well it is ranked, which a subclass computes in ``_area``, averaged.

    Of two classes it is that of the second one. A class that has no samples, or none beside it, is left out.

    The order of the samples is known when all have been seen, so the scores are kept: 8 bytes a sample for two classes,
    and for more as many for each class.

    Args:
        average: of more than two classes, each against the rest: ``macro`` for their mean, ``weighted`` for the mean
            weighted by the number of samples of each class.
        from_logits: whether outputs are logits, rather than probabilities or their logarithms.
    """

    TASKS = ("classification",)
    STATE = ("scores", "classes")

    def __init__(self, average: str = "macro", from_logits: bool = False) -> None:
        if average not in ("macro", "weighted"):
            raise ValueError(
                f"{type(self).__name__}: expected average to be 'macro' or 'weighted', received {average!r}"
            )
        self.average, self.from_logits = average, from_logits
        super().__init__()

    def reset(self) -> None:
        self._parts: list[tuple[Array, Array]] = []

    def update(self, outputs: Array, targets: Array) -> None:
        classes = class_indices(self, outputs, targets)
        scores = class_probabilities(self, outputs, from_logits=self.from_logits)
        self._parts.append((scores[:, 1:] if scores.shape[1] == 2 else scores, classes))

    @property
    def scores(self) -> Array:
        """Of all samples: (rows, classes), or (rows, 1) of two classes."""
        return self._joined()[0]

    @scores.setter
    def scores(self, scores: Array) -> None:
        self._parts = [(np.asarray(scores), self._joined()[1])]

    @property
    def classes(self) -> Array:
        """Of all samples: (rows,)."""
        return self._joined()[1]

    @classes.setter
    def classes(self, classes: Array) -> None:
        self._parts = [(self._joined()[0], np.asarray(classes))]

    def compute(self) -> float:
        scores, classes = self._joined()
        positive = [1] if scores.shape[1] == 1 else range(scores.shape[1])
        areas, supports = [], []
        for column, index in zip(scores.T, positive, strict=True):
            is_positive = classes == index
            support = int(np.count_nonzero(is_positive))
            if 0 < support < len(classes):
                areas.append(float("nan") if np.isnan(column).any() else self._area(is_positive, column))
                supports.append(support)
        return float(np.average(areas, weights=supports if self.average == "weighted" else None)) if areas else np.nan

    def _joined(self) -> tuple[Array, Array]:
        if len(self._parts) > 1:
            self._parts = [tuple(map(np.concatenate, zip(*self._parts, strict=True)))]  # type: ignore[list-item]
        return self._parts[0] if self._parts else (np.zeros((0, 1)), np.zeros(0, np.intp))

    def _area(self, is_positive: Array, scores: Array) -> float:
        raise NotImplementedError


def positives_by_threshold(is_positive: Any, scores: Any) -> tuple[Array, Array, Array]:
    """Count what is right and wrong among the samples whose score is at least a threshold.

    scikit-learn: ``confusion_matrix_at_thresholds``.

    Args:
        is_positive: (rows,), whether a sample is of the class.
        scores: (rows,), larger for what is taken to be of it.

    Returns:
        The true positives, the false positives, and the thresholds, each of the scores once, the largest first.

    >>> positives_by_threshold([True, False, True], [0.9, 0.4, 0.4])
    (array([1, 2]), array([0, 1]), array([0.9, 0.4]))
    """
    scores = np.asarray(scores)
    order = np.argsort(-scores, kind="stable")
    ordered = scores[order]
    last = np.append(np.flatnonzero(ordered[1:] != ordered[:-1]), len(ordered) - 1)
    right = np.cumsum(np.asarray(is_positive)[order], dtype=np.int64)[last]
    return right, last + 1 - right, ordered[last]
