"""`RMSE`: the root of the mean squared error."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Example

from .metric import Metric, differences
from .references import of_values


class RMSE(Metric):
    """The root of the mean squared difference, the mean over the outputs; in the units of the targets.

    scikit-learn: ``root_mean_squared_error``.

    >>> rmse = RMSE()
    >>> rmse.update(np.array([[1.0], [2.0]]), np.array([[1.0], [0.0]]))
    >>> round(rmse.compute(), 4)
    1.4142
    """

    EXAMPLES = (Example(input=[(24, 1), (24, 2)], target="real", reference=of_values("root_mean_squared_error")),)

    TASKS = ("regression",)
    STATE = ("squares", "rows")

    def reset(self) -> None:
        self.squares, self.rows = np.zeros(0), 0

    def update(self, outputs: Array, targets: Array) -> None:
        squares = np.square(differences(self, outputs, targets)).sum(axis=0).reshape(-1)
        self.squares = self.squares + squares if self.rows else squares
        self.rows += len(outputs)

    def compute(self) -> float:
        return float(np.sqrt(self.squares / self.rows).mean()) if self.rows else float("nan")
