"""`MSE`: the mean squared error."""

from __future__ import annotations

import numpy as np

from minnet_core import Array

from .metric import MeanOfErrors


class MSE(MeanOfErrors):
    """The mean of the squared differences of all outputs, whereas `MSECriterion` sums those of a row.

    scikit-learn: ``mean_squared_error``; PyTorch: ``torch.nn.MSELoss()``.

    >>> mse = MSE()
    >>> mse.update(np.array([[1.0, 2.0]]), np.array([[1.0, 0.0]]))
    >>> mse.compute()
    2.0
    """

    def _sum(self, difference: Array) -> float:
        return float(np.vdot(difference, difference))
