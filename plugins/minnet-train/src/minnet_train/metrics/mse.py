"""`MSE`: the mean squared error."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Example

from .metric import MeanOfErrors
from .references import of_values


class MSE(MeanOfErrors):
    """The mean of the squared differences of all outputs, whereas `MSECriterion` sums those of a row.

    scikit-learn: ``mean_squared_error``; PyTorch: ``torch.nn.MSELoss()``.

    >>> mse = MSE()
    >>> mse.update(np.array([[1.0, 2.0]]), np.array([[1.0, 0.0]]))
    >>> mse.compute()
    2.0
    """

    EXAMPLES = (Example(input=[(24, 1), (24, 2)], target="real", reference=of_values("mean_squared_error")),)

    def _sum(self, difference: Array) -> float:
        return float(np.vdot(difference, difference))
