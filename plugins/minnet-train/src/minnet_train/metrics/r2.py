"""`R2`: the fraction of the variance of the targets that is explained."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Example

from .metric import Metric, differences
from .references import of_values


class R2(Metric):
    r"""The coefficient of determination, the mean over the outputs of

    .. math:: R^2 = 1 - \frac{\sum_s (y_s - t_s)^2}{\sum_s (t_s - \bar t)^2}

    An output whose targets are all the same counts 1 if every prediction is exact, and 0 if not, as in scikit-learn.
    The sums of the denominator are merged batch by batch about their means, so that large targets lose no digits, and
    are taken relative to the first target, so that those of a constant are exactly 0.

    scikit-learn: ``r2_score``.

    >>> r2 = R2()
    >>> r2.update(np.array([[1.0], [2.0], [4.0]]), np.array([[1.0], [2.0], [3.0]]))
    >>> r2.compute()
    0.5
    """  # noqa: D415  # the formula ends the sentence

    EXAMPLES = (Example(input=[(24, 1), (24, 2)], target="real", reference=of_values("r2_score")),)

    STATE = ("rows", "residual", "first", "mean", "variation")

    def reset(self) -> None:
        self.rows = 0
        self.residual = self.first = self.mean = self.variation = np.zeros(0)

    def update(self, outputs: Array, targets: Array) -> None:
        residual = np.square(differences(self, outputs, targets)).sum(axis=0).reshape(-1)
        values = targets.astype(np.float64).reshape(len(targets), -1)
        if not self.rows:
            self.residual = self.mean = self.variation = np.zeros(values.shape[1])
            self.first = values[0].copy()
        values -= self.first
        mean = values.mean(axis=0)
        variation = np.square(values - mean).sum(axis=0)
        rows = self.rows + len(values)
        shift = mean - self.mean
        self.residual = self.residual + residual
        self.variation = self.variation + variation + shift * shift * (self.rows * len(values) / rows)
        self.mean = self.mean + shift * (len(values) / rows)
        self.rows = rows

    def compute(self) -> float:
        if not self.rows:
            return float("nan")
        is_constant = self.variation == 0
        ratio = self.residual / np.where(is_constant, 1, self.variation)
        ratio[is_constant] = self.residual[is_constant] != 0
        return float(np.mean(1 - ratio))
