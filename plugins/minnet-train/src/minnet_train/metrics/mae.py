"""`MAE`: the mean absolute error."""

from __future__ import annotations

import numpy as np

from minnet_core import Array

from .metric import Metric, differences


class MAE(Metric):
    """The mean of the absolute differences of all outputs.

    scikit-learn: ``mean_absolute_error``; PyTorch: ``torch.nn.L1Loss()``.

    >>> mae = MAE()
    >>> mae.update(np.array([[1.0, 2.0]]), np.array([[1.0, 0.0]]))
    >>> mae.compute()
    1.0
    """

    STATE = ("total", "count")

    def reset(self) -> None:
        self.total, self.count = 0.0, 0

    def update(self, outputs: Array, targets: Array) -> None:
        difference = differences(self, outputs, targets)
        self.total += float(np.abs(difference, out=difference).sum())
        self.count += difference.size

    def compute(self) -> float:
        return self.total / self.count if self.count else float("nan")
