"""`MissingCounter`: which features of a table are missing, counted while it is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from minnet_core import Array

from ..missing import SHOWN
from ..stored_rows import MissingCells
from .column_scan import ColumnScan


class MissingCounter:
    """Takes in what columns have seen of some rows, and knows what is missing of all."""

    def __init__(self) -> None:
        self._count = self._rows = 0
        self._first: list[tuple[int, int]] = []
        self._without: list[Array] = []

    def add(self, scans: Sequence[ColumnScan]) -> None:
        """Take in the rows that the columns were last given."""
        is_missing = np.stack([scan.is_missing for scan in scans], axis=1)
        if is_missing.any():
            found = np.argwhere(is_missing)
            self._count += len(found)
            shown = found[: max(0, SHOWN - len(self._first))].tolist()
            self._first += [(self._rows + row, column) for row, column in shown]
        self._without.append(np.asarray(is_missing.any(axis=1)))
        self._rows += len(is_missing)

    def found(self) -> dict[str, Any]:
        """Return what was found so far, as plain data."""
        return {"count": self._count, "first": self._first, "without": np.packbits(self.rows()), "rows": self._rows}

    def join(self, later: Mapping[str, Any]) -> None:
        """Take in what another one has found in rows that come after."""
        self._count += later["count"]
        shown = later["first"][: max(0, SHOWN - len(self._first))]
        self._first += [(self._rows + row, column) for row, column in shown]
        self._without.append(np.unpackbits(later["without"], count=later["rows"]).astype(bool))
        self._rows += later["rows"]

    def cells(self) -> MissingCells:
        """Return what is missing of all rows."""
        return MissingCells(self._count, tuple(self._first))

    def rows(self) -> Array:
        """Return which rows have a missing value, booleans (rows,)."""
        return np.concatenate([np.zeros(0, bool), *self._without])
