"""`ColumnScan`: what a column of features holds, found out while a file is read, of which no row is kept."""

from __future__ import annotations

import numpy as np

from minnet_core import Array

from ..calendars import CYCLES, Calendar
from .feature_reader import FeatureReader
from .table import Batch


class ColumnScan(FeatureReader):
    """Finds out what a `FeatureReader` does, in memory that does not grow with the rows.

    Attributes:
        is_missing: which of the rows of the last call of `add` have no value, booleans (rows,).
    """

    is_missing: Array
    _counts = np.zeros(0, np.int64)
    _bounds: dict[str, tuple[float, float]] | None = None

    def add(self, batch: Batch) -> None:
        """Take in some rows.

        Raises:
            DataError: if it is a column of something else than numbers, texts, dates or times.
        """
        self.is_missing = np.zeros(len(batch), bool)
        super().add(batch)

    def _keep_values(self, values: Array) -> None:
        self.is_missing = np.isnan(values)
        if self.kind not in ("date", "time"):
            return
        known, bounds = values[~self.is_missing], self._bounds or {}
        for name in CYCLES if len(known) else ():
            places = CYCLES[name](known)
            low, high = bounds.get(name, (np.inf, -np.inf))
            bounds[name] = min(low, float(places.min())), max(high, float(places.max()))
        self._bounds = bounds

    def _keep_codes(self, codes: Array) -> None:
        texts = [*self._vocabulary.index_of]
        is_none = np.array([not text or text in self.file.numerals.nulls for text in texts], bool)
        self.is_missing = is_none[codes]
        counts = np.bincount(codes, minlength=len(texts))
        counts[: len(self._counts)] += self._counts
        self._counts = counts

    def counts(self) -> dict[str, int] | None:
        """Return how many rows each text is in; None if there are too many to tell."""
        if self._vocabulary.is_full:
            return None
        nulls = self.file.numerals.nulls
        found = zip(self._vocabulary.index_of, self._counts.tolist(), strict=True)
        return {text: count for text, count in found if text and text not in nulls}

    def calendar(self) -> Calendar | None:
        """Return what a column of times becomes; None if it is another."""
        if self.kind not in ("date", "time"):
            return None
        cycles = CYCLES if self.kind == "date" else ("day",)
        bounds = self._bounds or {}
        return Calendar(self.kind, tuple(name for name in cycles if name in bounds and np.ptp(bounds[name]) > 0))
