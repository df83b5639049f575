"""`Calibration`: how far the probabilities of a classifier can be trusted."""

from __future__ import annotations

import numpy as np
from attrs import frozen

from minnet_core import Array

BINS = 15
"""Of equal width, as in Guo et al., On Calibration of Modern Neural Networks (2017)."""


@frozen(kw_only=True)
class Calibration:
    """How far the probabilities of a classifier can be trusted.

    Attributes:
        error: the expected calibration error: by how much the probability of the predicted class and how often it is
            right differ, the mean over 15 bins of that probability, weighted by their rows.
        brier: the Brier score, the mean over rows of the squared distance between probabilities and the true class, 0
            to 2; with two classes it is twice what scikit-learn's ``brier_score_loss`` returns by default.
        samples: how many rows were looked at.

    >>> Calibration.of(np.array([[0.8, 0.2], [0.8, 0.2]]), np.array([0, 1]))
    Calibration(error=0.3, brier=0.68, samples=2)
    """

    error: float
    brier: float
    samples: int

    @classmethod
    def of(cls, probabilities: Array, labels: Array) -> Calibration:
        """Measure probabilities.

        Args:
            probabilities: (rows, classes), at least one row, none of them nan.
            labels: the true classes, integers (rows,).
        """
        rows = np.arange(len(labels))
        probabilities = np.asarray(probabilities, np.float64)
        predicted = probabilities.argmax(axis=1)
        confidence, is_right = probabilities[rows, predicted], predicted == labels
        bins = np.minimum((confidence * BINS).astype(np.int64), BINS - 1)
        gaps = np.bincount(bins, is_right - confidence, BINS)  # weighted by the rows of each bin
        squares = (probabilities**2).sum(axis=1) - 2 * probabilities[rows, labels] + 1
        return cls(
            error=round(float(np.abs(gaps).sum() / len(rows)), 12),
            brier=round(float(squares.mean()), 12),
            samples=len(rows),
        )
