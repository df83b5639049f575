"""`FeatureReader`: what a column of features holds, found out and kept while a file is read once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from minnet_core import Array

from ...errors import DataError
from ..calendars import Calendar
from ..missing import SHOWN
from .bad_cells import BadCells, BadCellsError
from .category_limits import MOST_CATEGORIES, OTHERS, CategoryLimits
from .engine import numpy_of
from .numerals import looks_like, number_among
from .table import Batch, TableFile
from .times import PACKED, kind_of_time, parse_times, seconds_of, seconds_of_packed

COUNTED = 10_000
"""Different texts of a column that is not one of categories are counted up to this."""

NEAR = 4096
"""Rows that are written one column after another."""

_AS_TEXTS = "; categories = [...] reads a column as strings, null_values = [...] takes a text for a missing value"


class Vocabulary:
    """Different texts, in the order in which they were found.

    Args:
        most: how many are kept if most rows have another one; None for all.
        is_strict: whether no more are kept in any case.
    """

    def __init__(self, most: int | None = None, *, is_strict: bool = True) -> None:
        self.most, self.is_strict = most, is_strict
        self.index_of: dict[str, int] = {}
        self.rows = 0

    @property
    def is_full(self) -> bool:
        """Whether there are more texts than are kept."""
        count = len(self.index_of)
        return self.most is not None and count > self.most and (self.is_strict or 2 * count > self.rows)

    def encode(self, encoded: Any) -> Array:
        """Return the index of each text of a dictionary array of pyarrow."""
        codes: Array = self.indices(encoded.dictionary.to_pylist())[numpy_of(encoded.indices)]
        self.rows += len(codes)
        return codes

    def indices(self, texts: Sequence[str]) -> Array:
        """Return the index of each of some texts, int32; those that are new are added."""
        index_of = self.index_of
        return np.array([index_of.setdefault(text, len(index_of)) for text in texts], np.int32)


class FeatureReader:
    """Reads a column of features: numbers, dates, times, or texts that are categories.

    Args:
        file: that has it.
        column: its position.
        is_category: whether it is to be one of categories, whatever it holds.
        limits: of categories.
        counts_all: whether different texts are counted, however many there are.
    """

    def __init__(
        self, file: TableFile, column: int, is_category: bool, limits: CategoryLimits, *, counts_all: bool = False
    ) -> None:
        self.file, self.column, self.is_category, self.limits = file, column, is_category, limits
        self.counts_all = counts_all
        self.kind: str | None = "text" if is_category else None
        self.bad = BadCells()
        self.is_mixed = False
        self.strangers: set[str] = set()  # texts among numbers, the first few
        self._values: list[Array] = []
        self._codes: list[Array] = []
        most = None if is_category or limits else COUNTED
        self._vocabulary = Vocabulary(most, is_strict=not counts_all)
        self._texts = BadCells(_AS_TEXTS)

    def add(self, batch: Batch) -> None:
        """Take in some rows.

        Raises:
            DataError: if it is a column of something else than numbers, texts, dates or times.
        """
        try:
            self._add(batch)
        except BadCellsError as error:
            self.bad.join(error.columns)

    def _add(self, batch: Batch) -> None:
        time = kind_of_time(batch.columns[self.column].type)
        if self.is_category or (time and self.kind == "text"):
            self._add_texts(batch.texts(self.column).dictionary_encode())
        elif time:
            seconds = seconds_of(batch.columns[self.column])
            self._add_values(batch, None if np.isnan(seconds).all() else time, seconds)
        elif batch.is_text(self.column):
            self._look_at_texts(batch)
        else:
            self._add_numbers(batch, batch.number(self.column))

    def _look_at_texts(self, batch: Batch) -> None:
        encoded = batch.texts(self.column).dictionary_encode()
        rows, texts = numpy_of(encoded.indices), encoded.dictionary
        found, missing = batch.file.are_numbers(texts)
        is_text = ~(found | missing)
        if not is_text.any():
            values = batch.number(self.column) if found.any() else np.full(len(batch), np.nan)
            self._add_numbers(batch, values, encoded)
            return
        times = None if found.any() or self.kind == "text" else parse_times(texts, self.file.date_format)
        if times is not None and (times[0] == self.kind or 2 * times[2][rows].sum() > is_text[rows].sum()):
            kind, seconds, is_time = times
            self._add_values(batch, kind, seconds[rows], encoded)
            if self.kind == kind:
                self._refuse(batch, np.flatnonzero((is_text & ~is_time)[rows]), encoded)
            return
        strange = np.flatnonzero(is_text[rows])
        if self.kind not in (None, "text"):
            self._refuse(batch, strange, encoded)
            return
        is_mix = bool(found.any())
        self._meet(text for text, odd in zip(texts.to_pylist(), is_text, strict=True) if odd)
        most = SHOWN if is_mix else 1
        self._texts.add(strange, lambda row: batch.no_number(row, self.column, encoded[row].as_py()), most)
        self.kind, self._values = "text", []
        self._add_texts(encoded)
        self.is_mixed |= is_mix

    def _add_numbers(self, batch: Batch, numbers: Array, encoded: Any = None) -> None:
        """Add numbers, or the dates that they are."""
        if self.file.date_format == PACKED and self.kind in (None, "date"):
            seconds, is_there = seconds_of_packed(numbers), ~np.isnan(numbers)
            is_wrong = is_there & np.isnan(seconds)
            if is_there.any() and (self.kind == "date" or 2 * is_wrong.sum() < is_there.sum()):
                self._add_values(batch, "date", seconds, encoded)
                self._refuse(batch, np.flatnonzero(is_wrong), encoded)
                return
        is_known = self.kind == "number" or not np.isnan(numbers).all()
        self._add_values(batch, "number" if is_known else None, numbers, encoded)

    def _add_values(self, batch: Batch, kind: str | None, values: Array, encoded: Any = None) -> None:
        """Add numbers or times; where none is known yet, texts may come that the missing ones are written like."""
        if kind is not None and self.kind == "text":
            self.is_mixed = True
        elif kind is not None and self.kind not in (None, kind):
            self._refuse(batch, np.flatnonzero(~np.isnan(values)))
            return
        if kind is not None and self.kind is None:
            self.kind, self._codes, self._vocabulary.index_of = kind, [], {}
        if self.kind != "text":
            self._keep_values(values)
        if self.kind in (None, "text"):
            self._add_texts(batch.texts(self.column).dictionary_encode() if encoded is None else encoded)

    def _refuse(self, batch: Batch, rows: Array, encoded: Any = None) -> None:
        """Note cells that are something else than the column."""
        if not len(rows):
            return
        cells = batch.texts(self.column) if encoded is None else encoded
        self._meet(cells[int(row)].as_py() for row in rows[:COUNTED])
        kind = self.kind or "number"
        self._texts.add(rows, lambda row: batch.no_value(row, self.column, cells[row].as_py(), kind))
        self.is_mixed = True

    def _meet(self, texts: Iterable[str]) -> None:
        for text in texts:
            if len(self.strangers) >= SHOWN:
                return
            self.strangers.add(text)

    def _add_texts(self, encoded: Any) -> None:
        if self._vocabulary.is_full:
            return
        self._keep_codes(self._vocabulary.encode(encoded))
        if self._vocabulary.is_full:
            self._codes = []

    def _keep_values(self, values: Array) -> None:
        """Keep the numbers, or seconds, of some rows."""
        self._values.append(values)

    def _keep_codes(self, codes: Array) -> None:
        """Keep the indices of the texts of some rows."""
        self._codes.append(codes)

    @property
    def share_of_texts(self) -> float:
        """How many of the rows of a column that mixes texts with something else have a text."""
        return self._texts.count / max(1, self._vocabulary.rows, sum(map(len, self._values)))

    def problems(self) -> BadCells:
        """Return the cells that cannot be used."""
        if self.is_mixed:
            self.bad.join([self._texts])
        return self.bad

    def counts(self) -> dict[str, int] | None:
        """Return how many rows each text is in, if it is a column of texts; None if these are too many to tell."""
        if self._vocabulary.is_full:
            return None
        number = len(self._vocabulary.index_of)
        counts = sum((np.bincount(part, minlength=number) for part in self._codes), np.zeros(number, np.int64))
        return {
            text: int(count)
            for text, count in zip(self._vocabulary.index_of, counts, strict=True)
            if text and text not in self.file.numerals.nulls
        }

    def categories(self) -> tuple[str, ...]:
        """Return the categories, sorted; none if it is a column of numbers or times.

        Raises:
            DataError: if there are too many, or if they look like numbers.
        """
        if self.kind != "text":
            return ()
        texts = self._texts_found()
        where = f"{self.file.name}, {self.file.column_title(self.column)}"
        if looks := self.looks():
            raise DataError(
                f"{where}: expected numbers, received texts that look like {looks[1]}, such as {looks[0]!r}; "
                f"{looks[2]}, categories takes them for categories"
            )
        if len(texts) > MOST_CATEGORIES and not self.is_category and not self.limits:
            count = f"more than {COUNTED:,}" if self._vocabulary.is_full else f"{len(texts):,}"
            raise DataError(
                f"{where}: expected numbers, or up to {MOST_CATEGORIES} different texts, received {count}; ignore "
                "leaves a column out, max_categories keeps the commonest, categories takes it for one"
            )
        return self.limits.kept(self.counts() or {}) if self.limits else tuple(sorted(texts))

    def looks(self) -> tuple[str, str, str] | None:
        """Return what `looks_like` says of texts that seem to be meant for numbers; None of others."""
        if self.kind != "text" or self.is_category or not self._vocabulary.index_of:
            return None
        texts = self._texts_found()
        if not self.file.has_types:
            return looks_like(texts, self.file.numerals)
        number = number_among(texts)
        if number is None or (number.isdecimal() and max((self.counts() or {number: 1}).values()) == 1):
            return None  # an identifier, if each is another whole number
        return number, "numbers", "write them as numbers"

    def _texts_found(self) -> list[str]:
        return [text for text in self._vocabulary.index_of if text and text not in self.file.numerals.nulls]

    def parts(self, categories: tuple[str, ...]) -> Iterator[Array]:
        """Yield the numbers, or the indices of categories, of the rows of each call of `add`, and forget them."""
        if self.kind != "text":
            yield from _drained(self._values)
            return
        index_of = self._vocabulary.index_of
        rest = float(categories.index(OTHERS)) if OTHERS in categories else np.nan
        new = np.full(len(index_of) + 1, rest)
        for text in ("", *self.file.numerals.nulls):
            new[index_of.get(text, -1)] = np.nan
        for index, text in enumerate(categories):
            new[index_of.get(text, -1)] = index
        for part in _drained(self._codes):
            yield new[part]

    def calendar(self) -> Calendar | None:
        """Return what a column of times becomes; None if it is another."""
        if self.kind not in ("date", "time"):
            return None
        return Calendar.of(self.kind, np.concatenate(self._values))

    def different_numbers(self) -> int:
        """Count them, in a column of numbers, or of those of one of texts that are kept."""
        if self.kind == "number":
            return len(np.unique(np.concatenate(self._values)))
        return sum(map(self.file.numerals.is_number, self._vocabulary.index_of))

    def are_whole_and_different(self) -> bool:
        """Whether it has a whole number in each row, no one twice."""
        if self.kind != "number":
            return False
        numbers = np.concatenate(self._values)
        is_whole = not np.isnan(numbers).any() and bool((numbers == np.floor(numbers)).all())
        return is_whole and len(np.unique(numbers)) == len(numbers)


def _drained(parts: list[Array]) -> Iterator[Array]:
    parts.reverse()
    while parts:
        yield parts.pop()


def side_by_side(readers: Sequence[FeatureReader], categories: Sequence[tuple[str, ...]], rows: int) -> Array:
    """Write what readers hold into one array, float64 (rows, columns)."""
    features, start = np.empty((rows, len(readers))), 0
    for columns in zip(*(reader.parts(of) for reader, of in zip(readers, categories, strict=True)), strict=True):
        size = len(columns[0])
        for first in range(0, size, NEAR):  # by so few rows that they stay in the cache
            near = features[start + first : start + min(first + NEAR, size)]
            for index, column in enumerate(columns):
                near[:, index] = column[first : first + NEAR]
        start += size
    return features
