"""Metrics of a regression in the units of the data, and of each output by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from minnet_core import Array

from ..data import Preparation
from .metric import Metric


def in_raw_units(metrics: Iterable[Metric], preparation: Preparation) -> list[Metric]:
    """Have metrics measure in the units of the raw targets, where the network learns standardized ones."""
    is_raw = preparation.of_targets is None
    return [metric if is_raw else RawUnits(metric, preparation) for metric in metrics]


class RawUnits(Metric):
    """A metric of outputs and targets that are first turned back into the units of the raw targets.

    Its name and state are those of the metric.

    Args:
        metric: measures them.
        preparation: made the targets of the network from the raw ones.
    """

    TASKS = ("regression",)

    def __init__(self, metric: Metric, preparation: Preparation) -> None:
        self.metric, self.preparation = metric, preparation

    @property
    def name(self) -> str:
        return self.metric.name

    def reset(self) -> None:
        self.metric.reset()

    def update(self, outputs: Array, targets: Array) -> None:
        self.metric.update(self.preparation.answers(outputs), self.preparation.answers(targets))

    def compute(self) -> Any:
        return self.metric.compute()

    @property
    def state(self) -> dict[str, Any]:
        return self.metric.state

    @state.setter
    def state(self, state: Mapping[str, Any]) -> None:
        self.metric.state = state

    def __repr__(self) -> str:
        return repr(self.metric)


class PerOutput(Metric):
    """A metric of each output by itself: a list with a number for each.

    Args:
        make: makes the metric of one output.
        outputs: how many there are.

    >>> import numpy as np
    >>> from minnet_train.metrics import MAE
    >>> errors = PerOutput(MAE, 2)
    >>> errors.update(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1.0, 0.0], [1.0, 0.0]]))
    >>> errors.name, errors.compute()
    ('mae_per_output', [1.0, 3.0])
    """

    TASKS = ("regression",)

    def __init__(self, make: Callable[[], Metric], outputs: int) -> None:
        self.metrics = [make() for _ in range(outputs)]

    @property
    def name(self) -> str:
        return f"{self.metrics[0].name}_per_output"

    def reset(self) -> None:
        for metric in self.metrics:
            metric.reset()

    def update(self, outputs: Array, targets: Array) -> None:
        for index, metric in enumerate(self.metrics):
            metric.update(outputs[:, index : index + 1], targets[:, index : index + 1])

    def compute(self) -> list[Any]:
        return [metric.compute() for metric in self.metrics]
