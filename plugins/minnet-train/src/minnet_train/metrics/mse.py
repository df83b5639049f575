"""`MSE`: the mean squared error."""

from __future__ import annotations

import numpy as np

from minnet_core import Array

from .metric import Metric, differences


class MSE(Metric):
    """The mean of the squared differences of all outputs, whereas `MSECriterion` sums those of a row.

    scikit-learn: ``mean_squared_error``; PyTorch: ``torch.nn.MSELoss()``.

    >>> mse = MSE()
    >>> mse.update(np.array([[1.0, 2.0]]), np.array([[1.0, 0.0]]))
    >>> mse.compute()
    2.0
    """

    STATE = ("total", "count")

    def reset(self) -> None:
        self.total, self.count = 0.0, 0

    def update(self, outputs: Array, targets: Array) -> None:
        difference = differences(self, outputs, targets)
        self.total += float(np.vdot(difference, difference))
        self.count += difference.size

    def compute(self) -> float:
        return self.total / self.count if self.count else float("nan")
