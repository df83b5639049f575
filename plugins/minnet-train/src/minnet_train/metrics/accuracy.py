"""`Accuracy`: the fraction of rows that are classified correctly."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Example

from .metric import ClassFraction
from .references import of_classes


class Accuracy(ClassFraction):
    """The fraction of rows whose largest output is that of the true class; of equal outputs, the first counts.

    scikit-learn: ``accuracy_score``.

    >>> accuracy = Accuracy()
    >>> accuracy.update(np.array([[0.9, 0.1], [0.3, 0.7], [0.2, 0.8]]), np.array([0, 1, 0]))
    >>> round(accuracy.compute(), 3)
    0.667
    """

    EXAMPLES = (
        Example(input=(24, 3), target="classes", traits=["probability-input"], reference=of_classes("accuracy_score")),
    )

    def _count_right(self, outputs: Array, classes: Array) -> int:
        return int(np.count_nonzero(outputs.argmax(axis=1) == classes))
