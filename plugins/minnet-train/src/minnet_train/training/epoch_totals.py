"""`EpochTotals`: the sums of the epoch that is being trained."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from time import perf_counter
from typing import Any

import numpy as np

from minnet_core import Array

from ..errors import StateError
from ..metrics import Metric

ROWS = 1024
"""How many rows are collected, so that many small batches cost one call of a metric."""


class MetricBuffer:
    """Collects outputs and targets of batches, and updates metrics when there are enough.

    When that is depends on the sizes of the batches alone, so a sum that is resumed in the middle of an epoch adds the
    same numbers in the same order.

    Args:
        metrics: to update.
    """

    def __init__(self, metrics: Sequence[Metric]) -> None:
        self.metrics = metrics
        self._filled = 0
        self._buffers: tuple[Array, Array] | None = None

    def reset(self) -> None:
        """Forget all batches."""
        self._filled, self._buffers = 0, None
        for metric in self.metrics:
            metric.reset()

    def add(self, outputs: Array, targets: Array) -> None:
        """Count a batch; it is copied, as a layer may reuse the memory of its output."""
        rows = len(outputs)
        if rows >= ROWS:
            self._flush()
            self._update(outputs, targets)
            return
        if self._buffers is None:
            self._buffers = _buffer(outputs), _buffer(targets)
        if self._filled + rows > ROWS:
            self._flush()
        start, self._filled = self._filled, self._filled + rows
        self._buffers[0][start : self._filled] = outputs
        self._buffers[1][start : self._filled] = targets

    def compute(self) -> dict[str, Any]:
        """Return the metrics of all batches, by name."""
        self._flush()
        return {metric.name: metric.compute() for metric in self.metrics}

    def state_dict(self) -> dict[str, Any]:
        """Return what has been counted, and what is collected for that."""
        collected = () if self._buffers is None else self._buffers
        return {
            "metrics": {metric.name: metric.state for metric in self.metrics},
            "collected": [buffer[: self._filled].copy() for buffer in collected],
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from what another buffer counted; raise `StateError` if it has other metrics."""
        names = [metric.name for metric in self.metrics]
        if sorted(names) != sorted(state["metrics"]):
            raise StateError(f"metrics: expected those of the state, {sorted(state['metrics'])}, received {names}")
        self.reset()
        for metric in self.metrics:
            metric.state = state["metrics"][metric.name]
        if state["collected"]:
            self.add(*state["collected"])

    def _flush(self) -> None:
        if self._buffers is not None and self._filled:
            self._update(self._buffers[0][: self._filled], self._buffers[1][: self._filled])
            self._filled = 0

    def _update(self, outputs: Array, targets: Array) -> None:
        for metric in self.metrics:
            metric.update(outputs, targets)


def _buffer(like: Array) -> Array:
    return np.empty((ROWS, *like.shape[1:]), like.dtype)


class EpochTotals:
    """The sums of the epoch that is being trained.

    Args:
        metrics: of the training samples.

    Attributes:
        loss: the sum of the losses of all samples, weighted.
        weight: the sum of their weights; without weights, their number.
        metric_buffer: the metrics.
    """

    def __init__(self, metrics: Sequence[Metric]) -> None:
        self.metric_buffer = MetricBuffer(metrics)
        self.loss = self.weight = 0.0
        self._seconds = 0.0
        self._since: float | None = None

    def reset(self) -> None:
        """Begin an epoch."""
        self.metric_buffer.reset()
        self.loss = self.weight = self._seconds = 0.0

    def add(self, loss: float, weight: float, outputs: Array, targets: Array) -> None:
        """Count a batch by its mean loss; its weight is that of its samples, or their number."""
        self.loss += loss * weight
        self.weight += weight
        if self.metric_buffer.metrics:
            self.metric_buffer.add(outputs, targets)

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Count the time while the context lasts."""
        self._since = perf_counter()
        try:
            yield
        finally:
            self._seconds, self._since = self.seconds, None

    @property
    def seconds(self) -> float:
        """The time that was counted."""
        return self._seconds + (0.0 if self._since is None else perf_counter() - self._since)

    @property
    def mean_loss(self) -> float:
        """The mean loss of the samples so far."""
        return self.loss / self.weight if self.weight else 0.0

    def state_dict(self) -> dict[str, Any]:
        """Return the sums."""
        return {
            "loss": self.loss,
            "weight": self.weight,
            "seconds": self.seconds,
            "tally": self.metric_buffer.state_dict(),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from sums."""
        self.loss, self.weight, self._seconds = state["loss"], state["weight"], state["seconds"]
        self.metric_buffer.load_state_dict(state["tally"])
