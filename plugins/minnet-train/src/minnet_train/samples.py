"""`Samples`: what a network is given, and what it should answer."""

from __future__ import annotations

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
    """

    inputs: Array
    targets: Array = field()

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


def scaled(features: Array, scale: float) -> Array:
    """Divide features by a number, in float32."""
    divided: Array = features / np.float32(scale)
    return divided
