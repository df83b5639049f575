"""`PreparedInputs` and `PreparedTargets`: rows of a data set that are prepared when they are asked for."""

from __future__ import annotations

from typing import Any

import numpy as np
from attrs import field, frozen

from minnet_core import Array

from .memory_map import RowReader
from .preprocessing import Preparation


@frozen(eq=False)
class PreparedInputs:
    """The inputs of some rows.

    Attributes:
        features: raw (rows, columns), perhaps a mapped file.
        rows: which of them.
        preparation: turns them into inputs.
    """

    features: Array = field(repr=False)
    rows: Array = field(repr=False)
    preparation: Preparation
    _reader: RowReader = field(init=False, repr=False)

    @_reader.default
    def _reads_features(self) -> RowReader:
        return RowReader(self.features)

    @property
    def shape(self) -> tuple[int, ...]:
        """Rows, and inputs."""
        return len(self.rows), self.preparation.width

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, rows: Any, axis: int = 0, /) -> Array:
        """Read and prepare some rows: float32 (n, inputs)."""
        return self.preparation.inputs(self._reader.take(self.rows[rows]))


@frozen(eq=False)
class PreparedTargets:
    """The targets of some rows.

    Attributes:
        raw: labels (rows,), or numbers (rows, outputs).
        rows: which of them.
        preparation: turns the numbers of a regression into targets.
        classes: how many there are; 0 for a regression.
    """

    raw: Array = field(repr=False)
    rows: Array = field(repr=False)
    preparation: Preparation
    classes: int
    _reader: RowReader = field(init=False, repr=False)

    @_reader.default
    def _reads_raw(self) -> RowReader:
        return RowReader(self.raw)

    @property
    def shape(self) -> tuple[int, ...]:
        """Rows, and outputs."""
        return len(self.rows), self.classes or (self.raw.shape[1] if self.raw.ndim == 2 else 1)

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, rows: Any, axis: int = 0, /) -> Array:
        """Prepare the targets of some rows: float32 (n, outputs)."""
        raw = self._reader.take(self.rows[rows])
        if not self.classes:
            return self.preparation.targets(raw)
        targets = np.zeros((len(raw), self.classes), np.float32)
        targets[np.arange(len(raw)), raw] = 1
        return targets

    def labels(self) -> Array:
        """The class of each row as an index."""
        return np.asarray(self.raw[self.rows])
