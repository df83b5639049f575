"""`Tally`: the metrics of the batches that are trained on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from minnet_core import Array

from .errors import StateError
from .metrics.metric import Metric

ROWS = 1024
"""How many rows are collected: one call of a metric for many small batches costs a step next to nothing."""


class Tally:
    """Collects outputs and targets of batches, and updates metrics when there are enough.

    When that is depends on the sizes of the batches alone, so a sum that is taken up again in the middle of an epoch
    adds the same numbers in the same order.

    Args:
        metrics: to update.
    """

    def __init__(self, metrics: Sequence[Metric]) -> None:
        self.metrics = metrics
        self._filled = 0
        self._buffers: tuple[Array, Array] | None = None

    def reset(self) -> None:
        """Begin anew."""
        self._filled, self._buffers = 0, None
        for metric in self.metrics:
            metric.reset()

    def add(self, outputs: Array, targets: Array) -> None:
        """Count a batch; it is copied, as a layer may use the memory of its output again."""
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
        """Return what has been counted, and what is still to be."""
        collected = () if self._buffers is None else self._buffers
        return {
            "metrics": {metric.name: metric.state for metric in self.metrics},
            "collected": [buffer[: self._filled].copy() for buffer in collected],
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from what another tally of the same metrics counted.

        Raises:
            StateError: if it has other metrics.
        """
        names = [metric.name for metric in self.metrics]
        if sorted(names) != sorted(state["metrics"]):
            raise StateError(f"metrics: expected those of the state, {sorted(state['metrics'])}, received {names}")
        self.reset()
        for metric in self.metrics:
            metric.state = state["metrics"][metric.name]
        if state["collected"]:
            self.add_collected(*state["collected"])

    def add_collected(self, outputs: Array, targets: Array) -> None:
        """Put back what was collected and not yet counted."""
        self._buffers = _buffer(outputs), _buffer(targets)
        self._filled = len(outputs)
        self._buffers[0][: self._filled] = outputs
        self._buffers[1][: self._filled] = targets

    def _flush(self) -> None:
        if self._buffers is not None and self._filled:
            self._update(self._buffers[0][: self._filled], self._buffers[1][: self._filled])
            self._filled = 0

    def _update(self, outputs: Array, targets: Array) -> None:
        for metric in self.metrics:
            metric.update(outputs, targets)


def _buffer(like: Array) -> Array:
    return np.empty((ROWS, *like.shape[1:]), like.dtype)
