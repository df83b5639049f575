"""`Brier`: the squared error of the predicted probabilities."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Example

from .probabilities import ProbabilityMean
from .references import of_second_class


class Brier(ProbabilityMean):
    """The mean of the squared differences between the probabilities and 1 for the true class, 0 for the others.

    Those of all classes are summed; of two classes the half is taken, which is the squared error of the probability of
    one, from 0 to 1. G. Brier, *Verification of forecasts expressed in terms of probability*, 1950.

    scikit-learn: ``brier_score_loss``.

    Args:
        from_logits: whether outputs are logits, rather than probabilities or their logarithms.

    >>> brier = Brier()
    >>> brier.update(np.array([[0.9, 0.1], [0.3, 0.7]]), np.array([0, 1]))
    >>> round(brier.compute(), 4)
    0.05
    """

    EXAMPLES = (
        Example(
            input=(24, 2), target="classes", traits=["probability-input"], reference=of_second_class("brier_score_loss")
        ),
        Example(input=(24, 3), target="classes", traits=["probability-input"]),
    )

    def _sum(self, probabilities: Array, classes: Array) -> float:
        wrong = probabilities.copy()
        wrong[np.arange(len(classes)), classes] -= 1
        return float(np.vdot(wrong, wrong)) / (2 if wrong.shape[1] == 2 else 1)
