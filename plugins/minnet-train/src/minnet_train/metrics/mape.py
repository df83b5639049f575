"""`MAPE`: the mean absolute error in parts of the targets."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Example

from .metric import Metric, differences
from .references import of_values


class MAPE(Metric):
    """The mean of the absolute differences, each divided by its target; 0.1 is 10 %.

    A target of 0 makes it enormous, as its size is taken to be at least the resolution of float64.

    scikit-learn: ``mean_absolute_percentage_error``.

    >>> mape = MAPE()
    >>> mape.update(np.array([[1.1], [2.0]]), np.array([[1.0], [2.0]]))
    >>> round(mape.compute(), 4)
    0.05
    """

    EXAMPLES = (
        Example(input=[(24, 1), (24, 2)], target="real", reference=of_values("mean_absolute_percentage_error")),
    )

    TASKS = ("regression",)
    STATE = ("total", "count")

    def reset(self) -> None:
        self.total, self.count = 0.0, 0

    def update(self, outputs: Array, targets: Array) -> None:
        difference = np.abs(differences(self, outputs, targets))
        size = np.maximum(np.abs(targets.astype(np.float64)), np.finfo(np.float64).eps)
        self.total += float((difference / size).sum())
        self.count += difference.size

    def compute(self) -> float:
        return self.total / self.count if self.count else float("nan")
