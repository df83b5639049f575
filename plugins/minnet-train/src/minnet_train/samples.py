"""`Samples`: what a network is given, and what it should answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from attrs import field, frozen

from minnet_core import Array

from .dataset import Dataset


@frozen(eq=False)
class Samples:
    """Inputs with their targets.

    Attributes:
        inputs: float32 (rows, features).
        targets: float32 (rows, classes), 1 for the class of the row and else 0: every criterion takes this form.
        task: ``classification``, or ``regression``, in which targets are values.
        weights: how much each row counts, (rows,); None means that all count alike.
    """

    inputs: Array
    targets: Array = field()
    task: str = "classification"
    weights: Array | None = None

    @targets.validator
    def _one_target_a_row(self, _: Any, targets: Array) -> None:
        if targets.ndim != 2 or len(targets) != len(self.inputs) or not len(targets):
            raise ValueError(
                "expected inputs (rows, features) and targets (rows, classes) with at least one row, "
                f"received {self.inputs.shape} and {targets.shape}"
            )

    @classmethod
    def of(cls, dataset: Dataset, rows: Array, scale: float) -> Samples:
        """Take rows of a data set, their features divided by ``scale``."""
        targets = np.zeros((len(rows), len(dataset.classes)), np.float32)
        targets[np.arange(len(rows)), dataset.labels[rows]] = 1
        return cls(scaled(dataset.features[rows], scale), targets)

    def __len__(self) -> int:
        return len(self.inputs)

    def batch(self, rows: Array) -> tuple[Array, Array]:
        """Return inputs and targets of some rows."""
        return self.inputs.take(rows, axis=0), self.targets.take(rows, axis=0)

    def chunks(self, size: int = 1024) -> Iterator[tuple[Array, Array]]:
        """Yield inputs and targets of all rows, in order, so many at a time."""
        for start in range(0, len(self), size):
            yield self.inputs[start : start + size], self.targets[start : start + size]


def scaled(features: Array, scale: float) -> Array:
    """Divide features by a number, in float32."""
    divided: Array = features / np.float32(scale)
    return divided
