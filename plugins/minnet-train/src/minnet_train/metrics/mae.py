"""`MAE`: the mean absolute error."""

from __future__ import annotations

import numpy as np

from minnet_core import Array

from .metric import MeanOfErrors


class MAE(MeanOfErrors):
    """The mean of the absolute differences of all outputs.

    scikit-learn: ``mean_absolute_error``; PyTorch: ``torch.nn.L1Loss()``.

    >>> mae = MAE()
    >>> mae.update(np.array([[1.0, 2.0]]), np.array([[1.0, 0.0]]))
    >>> mae.compute()
    1.0
    """

    def _sum(self, difference: Array) -> float:
        return float(np.abs(difference, out=difference).sum())
