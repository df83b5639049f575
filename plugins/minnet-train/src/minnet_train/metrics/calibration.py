"""`Calibration`: how far the probabilities of a classifier can be trusted."""

from __future__ import annotations

import numpy as np
from attrs import frozen

from minnet_core import Array

from .brier import Brier
from .calibration_error import CalibrationError


@frozen(kw_only=True)
class Calibration:
    """How far the probabilities of a classifier can be trusted, in the numbers of two metrics.

    Attributes:
        error: that of `CalibrationError`.
        brier: that of `Brier`.
        samples: how many rows were looked at.

    >>> Calibration.of(np.array([[0.8, 0.2], [0.8, 0.2]]), np.array([0, 1]))
    Calibration(error=0.3, brier=0.34, samples=2)
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
        error, brier = CalibrationError(), Brier()
        for metric in (error, brier):
            metric.update(np.asarray(probabilities, np.float64), labels)
        return cls(error=round(error.compute(), 12), brier=round(brier.compute(), 12), samples=len(labels))
