"""`ArraySamples`: the least that a trainer asks of samples."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from attrs import frozen


@frozen(eq=False)
class ArraySamples:
    """Samples that are arrays, of any dtype."""

    inputs: np.ndarray
    targets: np.ndarray
    weights: np.ndarray | None = None
    task: str = "classification"

    def __len__(self) -> int:
        return len(self.inputs)

    def batch(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return self.inputs[rows], self.targets[rows]

    def chunks(self, size: int = 1024) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        for start in range(0, len(self), size):
            yield self.inputs[start : start + size], self.targets[start : start + size]
