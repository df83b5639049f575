"""`Places`: where each row of a data set is in its file."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from typing import Any

import numpy as np

from minnet_core import Array


class Places:
    """Where each row of a data set is in its file."""

    def __init__(self) -> None:
        self.rows: Array | None = None
        self._starts: list[int] = []
        self._places: list[Callable[[], Any]] = []
        self.count = 0

    def add(self, rows: int, find: Callable[[], Any]) -> None:
        """Add those of some rows.

        Args:
            rows: how many.
            find: says where each is, from 0; not before somebody asks, as it may take long.
        """
        self._starts.append(self.count)
        self._places.append(find)
        self.count += rows

    def keep(self, is_kept: Array) -> None:
        """Forget the rows that are not among these, booleans (rows,)."""
        self.rows = np.flatnonzero(is_kept)

    def __getitem__(self, row: int) -> Any:
        row = int(row if self.rows is None else self.rows[row])
        part = bisect_right(self._starts, row) - 1
        return self._places[part]()[row - self._starts[part]]
