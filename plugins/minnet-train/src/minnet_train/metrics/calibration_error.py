"""`CalibrationError`: by how much the confidence of a classifier and its accuracy differ."""

from __future__ import annotations

import numpy as np

from minnet_core import Array

from .metric import Metric, class_indices
from .probabilities import class_probabilities


class CalibrationError(Metric):
    r"""The expected calibration error: samples are put into bins by the probability of the predicted class, and

    .. math:: \mathrm{ECE} = \sum_b \frac{n_b}{n} \left| \mathrm{accuracy}_b - \mathrm{confidence}_b \right|

    where the confidence of a bin is the mean of these probabilities. The bins are equally wide, and open below.
    M. Naeini, G. Cooper and M. Hauskrecht, *Obtaining well calibrated probabilities using Bayesian binning*, 2015; of
    the predicted class: C. Guo, G. Pleiss, Y. Sun and K. Weinberger, *On calibration of modern neural networks*, 2017.

    scikit-learn has none; its ``calibration_curve`` gives the accuracy and the confidence of the same bins.

    Args:
        n_bins: how many there are.
        from_logits: whether outputs are logits, rather than probabilities or their logarithms.

    >>> error = CalibrationError()
    >>> error.update(np.array([[0.9, 0.1], [0.3, 0.7]]), np.array([0, 1]))
    >>> error.name, round(error.compute(), 4)
    ('calibration_error', 0.2)
    """  # noqa: D415  # the formula ends the sentence

    TASKS = ("classification",)
    STATE = ("rows", "right", "confidence")

    def __init__(self, n_bins: int = 15, from_logits: bool = False) -> None:
        if not isinstance(n_bins, int) or isinstance(n_bins, bool) or n_bins < 1:
            raise ValueError(f"CalibrationError: expected n_bins to be an integer of at least 1, received {n_bins!r}")
        self.n_bins, self.from_logits = n_bins, from_logits
        super().__init__()

    @property
    def name(self) -> str:
        return "calibration_error"

    def reset(self) -> None:
        self.rows, self.right, self.confidence = np.zeros((3, self.n_bins))

    def update(self, outputs: Array, targets: Array) -> None:
        classes = class_indices(self, outputs, targets)
        probabilities = class_probabilities(self, outputs, from_logits=self.from_logits)
        rows, right, confidence = bins_of(probabilities, classes, self.n_bins)
        self.rows = self.rows + rows
        self.right = self.right + right
        self.confidence = self.confidence + confidence

    def compute(self) -> float:
        rows = self.rows.sum()
        return float(np.abs(self.right - self.confidence).sum() / rows) if rows else float("nan")

    def __repr__(self) -> str:
        return f"CalibrationError {self.n_bins} bins"


def bins_of(probabilities: Array, classes: Array, count: int) -> tuple[Array, Array, Array]:
    """Put samples into equally wide bins by the probability of the predicted class.

    Returns:
        Of each bin the number of samples, that of the correct ones, and the sum of the probabilities.

    >>> bins_of(np.array([[0.9, 0.1], [0.3, 0.7]]), np.array([0, 0]), 2)
    (array([0., 2.]), array([0., 1.]), array([0. , 1.6]))
    """
    predicted = probabilities.argmax(axis=1)
    confidence = probabilities.max(axis=1)
    place = np.searchsorted(np.linspace(0, 1, count + 1)[1:-1], confidence)
    rows = np.bincount(place, minlength=count).astype(np.float64)
    right = np.bincount(place, weights=predicted == classes, minlength=count)
    return rows, right, np.bincount(place, weights=confidence, minlength=count)
