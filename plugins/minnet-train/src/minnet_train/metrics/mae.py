"""`MAE`: the mean absolute error."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Example

from .metric import MeanOfErrors
from .references import of_values


class MAE(MeanOfErrors):
    """The mean of the absolute differences of all outputs.

    scikit-learn: ``mean_absolute_error``; PyTorch: ``torch.nn.L1Loss()``.

    >>> mae = MAE()
    >>> mae.update(np.array([[1.0, 2.0]]), np.array([[1.0, 0.0]]))
    >>> mae.compute()
    1.0
    """

    EXAMPLES = (Example(input=[(24, 1), (24, 2)], target="real", reference=of_values("mean_absolute_error")),)

    def _sum(self, difference: Array) -> float:
        return float(np.abs(difference, out=difference).sum())
