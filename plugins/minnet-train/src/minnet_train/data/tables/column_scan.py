"""`ColumnScan`: what a column of features holds, found out while a file is read, of which no row is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from minnet_core import Array

from ..calendars import CYCLES, Calendar
from .feature_reader import FeatureReader
from .table import Batch

MOST = 1000
"""Different numbers of a column are counted up to this."""


class ColumnScan(FeatureReader):
    """Finds out what a `FeatureReader` does, in memory that does not grow with the rows.

    There is an exception: the numbers of a column are kept that are whole, and no one twice, if ``counts_all``.

    Attributes:
        is_missing: which of the rows of the last call of `add` have no value, booleans (rows,).
    """

    is_missing: Array
    _counts = np.zeros(0, np.int64)
    _bounds: dict[str, tuple[float, float]] | None = None

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._counted = 0  # numbers and times
        self._different: Array | None = np.zeros(0)  # numbers; None if there are more than is asked for
        self._whole: list[Array] | None = []  # numbers of a column that may number its rows; None if it does not

    def add(self, batch: Batch) -> None:
        """Take in some rows.

        Raises:
            DataError: if it is a column of something else than numbers, texts, dates or times.
        """
        self.is_missing = np.zeros(len(batch), bool)
        super().add(batch)

    def _keep_values(self, values: Array) -> None:
        self.is_missing = np.isnan(values)
        if self.counts_all:
            self._count(values)
        if self.kind not in ("date", "time"):
            return
        known, bounds = values[~self.is_missing], self._bounds or {}
        for name in CYCLES if len(known) else ():
            places = CYCLES[name](known)
            low, high = bounds.get(name, (np.inf, -np.inf))
            bounds[name] = min(low, float(places.min())), max(high, float(places.max()))
        self._bounds = bounds

    def _count(self, values: Array) -> None:
        self._counted += len(values)
        different = np.unique(values)
        if self._different is not None:
            both = np.unique(np.concatenate([self._different, different]))
            self._different = both if len(both) <= MOST else None
        is_whole = len(different) == len(values) and bool((values == np.floor(values)).all())
        if self._whole is not None:
            self._whole = [*self._whole, values] if is_whole else None

    def _keep_codes(self, codes: Array) -> None:
        texts = [*self._vocabulary.index_of]
        is_none = np.array([not text or text in self.file.numerals.nulls for text in texts], bool)
        self.is_missing = is_none[codes]
        counts = np.bincount(codes, minlength=len(texts))
        counts[: len(self._counts)] += self._counts
        self._counts = counts

    def found(self) -> dict[str, Any] | None:
        """Return what was found so far, as plain data; None if something is not as it should be, or texts are too many.

        Counts of different numbers, which ``counts_all`` asks for, are not among it.
        """
        if self.bad.count or self.is_mixed or self._vocabulary.is_full:
            return None
        texts = [*self._vocabulary.index_of]
        return {"kind": self.kind, "texts": texts, "counts": self._counts[: len(texts)], "bounds": self._bounds}

    def join(self, later: Mapping[str, Any]) -> bool:
        """Take in what another one has found in rows that come after, as if they had been added here.

        Returns:
            Whether that can be: whether both are of one kind, and have not too many texts together.
        """
        kind = later["kind"]
        if kind is not None and self.kind not in (None, kind):
            return False
        self.kind = self.kind or kind
        if self.kind in (None, "text"):
            codes = self._vocabulary.indices(later["texts"])
            counts = np.zeros(len(self._vocabulary.index_of), np.int64)
            counts[: len(self._counts)] = self._counts
            counts[codes] += later["counts"]
            self._counts = counts
        if later["bounds"] is not None:
            own = self._bounds or {}
            for name, (low, high) in later["bounds"].items():
                lowest, highest = own.get(name, (low, high))
                own[name] = min(lowest, low), max(highest, high)
            self._bounds = own
        return not self._vocabulary.is_full

    def counts(self) -> dict[str, int] | None:
        """Return how many rows each text is in; None if there are too many to tell."""
        if self._vocabulary.is_full:
            return None
        nulls = self.file.numerals.nulls
        found = zip(self._vocabulary.index_of, self._counts.tolist(), strict=True)
        return {text: count for text, count in found if text and text not in nulls}

    @property
    def share_of_texts(self) -> float:
        """How many of the rows of a column that mixes texts with something else have a text."""
        return self._texts.count / max(1, self._vocabulary.rows, self._counted)

    def different_numbers(self) -> int:
        """Count them, up to `MOST`."""
        if self.kind != "number":
            return super().different_numbers()
        return MOST + 1 if self._different is None else len(self._different)

    def are_whole_and_different(self) -> bool:
        """Whether it has a whole number in each row, no one twice."""
        if self.kind != "number" or not self._whole:
            return False
        numbers = np.concatenate(self._whole)
        return len(np.unique(numbers)) == len(numbers)

    def calendar(self) -> Calendar | None:
        """Return what a column of times becomes; None if it is another."""
        if self.kind not in ("date", "time"):
            return None
        cycles = CYCLES if self.kind == "date" else ("day",)
        bounds = self._bounds or {}
        return Calendar(self.kind, tuple(name for name in cycles if name in bounds and np.ptp(bounds[name]) > 0))
