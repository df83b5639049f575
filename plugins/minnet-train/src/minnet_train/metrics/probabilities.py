"""Outputs of a classifier as probabilities, and how far those can be trusted: `Calibration`."""

from __future__ import annotations

from collections.abc import Callable

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


def as_probabilities(outputs: Array) -> Array | None:
    """Return outputs (rows, classes) as probabilities, or None if they are neither probabilities nor their logarithms.

    >>> as_probabilities(np.log([[0.25, 0.75]]))
    array([[0.25, 0.75]])
    """
    convert = find_conversion(outputs)
    return None if convert is None else convert(outputs)


def find_conversion(outputs: Array) -> Callable[[Array], Array] | None:
    """Find what turns outputs (rows, classes) into probabilities: ``exp`` if they are logarithms; None if nothing does.

    Rows with nan, where the model has overflowed, are not considered.
    """
    outputs = outputs[~np.isnan(outputs).any(axis=1)]
    is_logarithm = bool((outputs <= 0).all())
    probabilities = np.exp(outputs) if is_logarithm else outputs
    if not (len(outputs) and (probabilities >= 0).all() and np.allclose(probabilities.sum(axis=1), 1, atol=1e-3)):
        return None
    return np.exp if is_logarithm else np.asarray
