"""How far a number that is measured on some samples may be from that of all there could be: 95 % intervals."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from minnet_core import Array, Criterion, Module

from ..data import Samples
from ..metrics import Metric

Z = 1.959963984540054
"""95 % of a normal distribution is within so many standard deviations."""

RESAMPLES = 400
"""How many bootstrap samples are drawn."""

ROWS = 2000
"""The most rows that are drawn from: intervals of more are those of so many, made narrower."""


def wilson(right: float, count: float) -> tuple[float, float]:
    """Return the interval of a fraction: E. Wilson, *Probable inference, the law of succession*, 1927.

    statsmodels: ``proportion_confint(right, count, method="wilson")``.

    Args:
        right: how many samples count.
        count: of how many; of none, anything is possible.

    >>> [round(limit, 4) for limit in wilson(9, 10)]
    [0.5958, 0.9821]
    """
    if not count:
        return 0.0, 1.0
    part, size = right / count, Z * Z / count
    centre = (part + size / 2) / (1 + size)
    half = Z / (1 + size) * math.sqrt(part * (1 - part) / count + size / count / 4)
    return max(centre - half, 0.0), min(centre + half, 1.0)


class CriterionLoss(Metric):
    """The loss of a criterion, as a metric: the mean over the rows."""

    STATE = ("total", "rows")

    def __init__(self, criterion: Criterion) -> None:
        self.criterion = criterion
        super().__init__()

    @property
    def name(self) -> str:
        return "loss"

    def reset(self) -> None:
        self.total, self.rows = 0.0, 0

    def update(self, outputs: Array, targets: Array) -> None:
        self.total += float(self.criterion.forward(outputs, targets)) * len(outputs)
        self.rows += len(outputs)

    def compute(self) -> float:
        return self.total / self.rows if self.rows else math.nan


def resampled(model: Module, samples: Samples, metrics: Sequence[Metric]) -> dict[str, Array]:
    """Compute metrics of bootstrap samples: as many rows, drawn with replacement, with a fixed seed.

    B. Efron, *Bootstrap methods: another look at the jackknife*, 1979. What a metric counted before is lost.

    Returns:
        For each metric its values, the first axis being the bootstrap samples; before all of them that of the rows that
        they are drawn from.
    """
    rng = np.random.default_rng(0)
    rows = np.sort(rng.choice(len(samples), min(len(samples), ROWS), replace=False))
    chunks = [samples.batch(part) for part in np.array_split(rows, math.ceil(len(rows) / 1024))]
    outputs = np.concatenate([model.forward(inputs) for inputs, _ in chunks])
    targets = np.concatenate([targets for _, targets in chunks])
    draws = (np.arange(len(rows)), *(rng.integers(0, len(rows), len(rows)) for _ in range(RESAMPLES)))
    values: dict[str, list[Any]] = {metric.name: [] for metric in metrics}
    for metric in metrics:
        for draw in draws:
            metric.reset()
            metric.update(outputs[draw], targets[draw])
            values[metric.name].append(metric.compute())
    return {name: np.asarray(each, np.float64) for name, each in values.items()}


def percentiles(value: Any, drawn: Array, count: int) -> Iterator[tuple[float, float] | None]:
    """Yield the interval of each number of a metric, None where too few bootstrap samples have one.

    Args:
        value: of all samples, a number or an array of them.
        drawn: what `resampled` returns.
        count: of samples. If there are more than were drawn from, the distances from the value shrink with the root of
            their number, as P. Bickel, F. Goetze and W. van Zwet do, *Resampling fewer than n observations*, 1997.
    """
    values = np.asarray(value, np.float64).reshape(-1)
    of_rows, drawn = drawn[0].reshape(-1), drawn[1:].reshape(len(drawn) - 1, -1)
    shrink = math.sqrt(min(1.0, ROWS / count))
    for index, own in enumerate(values):
        known = drawn[:, index][np.isfinite(drawn[:, index])]
        if count < 2 or len(known) < RESAMPLES / 2 or not math.isfinite(own):
            yield None
            continue
        low, high = np.quantile(known, (0.025, 0.975))
        if shrink < 1:
            low, high = own + shrink * (low - of_rows[index]), own + shrink * (high - of_rows[index])
        yield float(low), float(high)
