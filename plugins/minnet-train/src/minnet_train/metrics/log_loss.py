"""`LogLoss`: the cross-entropy of the predicted probabilities."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Example

from .probabilities import ProbabilityMean
from .references import of_values


class LogLoss(ProbabilityMean):
    """The mean of the negative logarithm of the probability of the true class, clipped to what float64 can tell from 0.

    scikit-learn: ``log_loss``.

    Args:
        from_logits: whether outputs are logits, rather than probabilities or their logarithms.

    >>> loss = LogLoss()
    >>> loss.update(np.array([[0.9, 0.1], [0.3, 0.7]]), np.array([0, 1]))
    >>> loss.name, round(loss.compute(), 4)
    ('log_loss', 0.231)
    """

    EXAMPLES = (
        Example(
            input=(24, 3),
            target="classes",
            traits=["probability-input"],
            reference=of_values("log_loss", labels=range(3)),
        ),
    )

    @property
    def name(self) -> str:
        return "log_loss"

    def _sum(self, probabilities: Array, classes: Array) -> float:
        epsilon = np.finfo(np.float64).eps
        own = probabilities[np.arange(len(classes)), classes]
        return -float(np.log(np.clip(own, epsilon, 1 - epsilon)).sum())
