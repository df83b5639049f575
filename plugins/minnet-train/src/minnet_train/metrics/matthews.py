"""`Matthews`: the correlation of predicted and true classes."""

from __future__ import annotations

import numpy as np

from minnet_core import Example

from .confusion_matrix import ConfusionCounts
from .references import of_classes


class Matthews(ConfusionCounts):
    """The correlation coefficient of predicted and true classes, from -1 to 1; 0 if either is always the same.

    Of more than two classes it is the R_K statistic of J. Gorodkin, *Comparing two K-category assignments by a
    K-category correlation coefficient*, 2004.

    scikit-learn: ``matthews_corrcoef``.

    >>> matthews = Matthews()
    >>> matthews.update(np.array([[0.9, 0.1], [0.3, 0.7], [0.2, 0.8]]), np.array([0, 1, 0]))
    >>> matthews.compute()
    0.5
    """

    EXAMPLES = (
        Example(
            input=(24, 3), target="classes", traits=["probability-input"], reference=of_classes("matthews_corrcoef")
        ),
    )

    def compute(self) -> float:
        counts = self.counts.astype(np.float64)
        total = counts.sum()
        if not total:
            return float("nan")
        actual, predicted = counts.sum(axis=1), counts.sum(axis=0)
        covariance = counts.trace() * total - actual @ predicted
        variances = (total**2 - actual @ actual) * (total**2 - predicted @ predicted)
        return float(covariance / np.sqrt(variances)) if variances else 0.0
