"""`FeatureReader` and `TargetReader`: what a column holds, found out and kept while a file is read once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from minnet_core import Array

from ...errors import DataError
from .cells import class_names
from .engine import arrow
from .numerals import looks_like
from .table import Batch, TableFile

MOST_CATEGORIES = 100
"""So many different texts in a column are still taken for categories without being asked to."""

COUNTED = 10_000
"""Different texts of a column that is not one of categories are counted up to this."""

MOST_INTEGERS = 20
"""So many different integers may be the names of classes beside texts."""


NEAR = 4096
"""Rows that are written one column after another."""


class NeedsTextsError(Exception):
    """A column has texts after all, and what was read of it before did not keep how it is written."""


class Vocabulary:
    """Different texts, in the order in which they were found.

    Args:
        most: how many are kept; None for all.
    """

    def __init__(self, most: int | None = None) -> None:
        self.most = most
        self.index_of: dict[str, int] = {}

    @property
    def is_full(self) -> bool:
        """Whether there are more texts than are kept."""
        return self.most is not None and len(self.index_of) > self.most

    def encode(self, encoded: Any) -> Array:
        """Return the index of each text of a dictionary array of pyarrow."""
        index_of = self.index_of
        new = [index_of.setdefault(text, len(index_of)) for text in encoded.dictionary.to_pylist()]
        codes: Array = np.array(new, np.int32)[encoded.indices.to_numpy(zero_copy_only=False)]
        return codes


class FeatureReader:
    """Reads a column of features: numbers, or texts that are categories.

    Args:
        file: that has it.
        column: its position.
        is_category: whether it is to be one of categories, whatever it holds.
    """

    def __init__(self, file: TableFile, column: int, is_category: bool) -> None:
        self.file, self.column, self.is_category = file, column, is_category
        self.has_numbers = self.has_texts = False
        self._numbers: list[Array] = []
        self._codes: list[Array] = []
        self._vocabulary = Vocabulary(None if is_category else COUNTED)
        self._first_text: DataError | None = None

    def add(self, batch: Batch) -> None:
        """Take in some rows.

        Raises:
            DataError: if the column mixes numbers and texts, or has a number that float32 cannot hold.
        """
        if self.is_category:
            self._add_texts(batch.texts(self.column).dictionary_encode())
        elif batch.is_text(self.column):
            self._look_at_texts(batch)
        else:
            numbers = batch.number(self.column)
            self._add_numbers(batch, numbers, None if np.isnan(numbers).all() else numbers)

    def _look_at_texts(self, batch: Batch) -> None:
        encoded = batch.texts(self.column).dictionary_encode()
        if self.file.has_types:
            texts = encoded.to_pylist() if self._first_text is None else []
            row = next((row for row, text in enumerate(texts) if text), None)
            if row is not None:
                self._first_text = batch.no_number(row, self.column, texts[row])
                if self.has_numbers:
                    raise self._mixed()
            self.has_texts = self._first_text is not None
            self._add_numbers(batch, np.full(len(batch), np.nan), None, encoded)
            return
        numbers, found, missing = self.file.numerals.parse(encoded.dictionary)
        is_text = ~(found | missing)
        if is_text.any():
            row = int(np.flatnonzero(is_text[encoded.indices.to_numpy(zero_copy_only=False)])[0])
            if self._first_text is None:
                self._first_text = batch.no_number(row, self.column, encoded[row].as_py())
            if self.has_numbers or found.any():
                raise self._mixed()
            self.has_texts, self._numbers = True, []
            self._add_texts(encoded)
            return
        values = batch.number(self.column) if found.any() else np.full(len(batch), np.nan)
        self._add_numbers(batch, values, numbers if found.any() else None, encoded)

    def _add_numbers(self, batch: Batch, numbers: Array, known: Array | None, encoded: Any = None) -> None:
        """Add numbers; where none is known yet, texts may come that the missing ones are written like."""
        if known is not None and self.has_texts:
            raise self._mixed()
        if known is not None and not self.has_numbers:
            self.has_numbers, self._codes, self._vocabulary.index_of = True, [], {}
        if not self.has_texts:
            self._numbers.append(numbers)
        if not self.has_numbers:
            self._add_texts(batch.texts(self.column).dictionary_encode() if encoded is None else encoded)

    def _add_texts(self, encoded: Any) -> None:
        if self._vocabulary.is_full:
            return
        self._codes.append(self._vocabulary.encode(encoded))
        if self._vocabulary.is_full:
            self._codes = []

    def _mixed(self) -> DataError:
        assert self._first_text is not None
        return DataError(f"{self._first_text}; categories = [...] reads a column as strings")

    def categories(self) -> tuple[str, ...]:
        """Return the categories, sorted; none if it is a column of numbers.

        Raises:
            DataError: if there are too many, or if they look like numbers.
        """
        if not (self.is_category or self.has_texts):
            return ()
        texts = [text for text in self._vocabulary.index_of if text and text not in self.file.numerals.nulls]
        where = f"{self.file.name}, {self.file.column_title(self.column)}"
        if not self.is_category and not self.file.has_types and (looks := looks_like(texts, self.file.numerals)):
            raise DataError(
                f"{where}: expected numbers, received texts that look like {looks[1]}, such as {looks[0]!r}; "
                f"{looks[2]}, categories takes them for categories"
            )
        if len(texts) > MOST_CATEGORIES and not self.is_category:
            count = f"more than {COUNTED:,}" if self._vocabulary.is_full else f"{len(texts):,}"
            raise DataError(
                f"{where}: expected numbers, or up to {MOST_CATEGORIES} different texts, received {count}; ignore "
                "leaves a column out, categories takes it for one"
            )
        return tuple(sorted(texts))

    def parts(self, categories: tuple[str, ...]) -> Iterator[Array]:
        """Yield the numbers, or the indices of categories, of the rows of each call of `add`, and forget them."""
        if not (self.is_category or self.has_texts):
            yield from _drained(self._numbers)
            return
        new = np.full(len(self._vocabulary.index_of) + 1, np.nan)
        for index, text in enumerate(categories):
            new[self._vocabulary.index_of[text]] = index
        for part in _drained(self._codes):
            yield new[part]


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


class TargetReader:
    """Reads the one column that is to be predicted: classes or numbers.

    Args:
        file: that has it.
        column: its position.
        task: ``classification`` or ``regression``; None if what is found decides.
        as_written: whether its cells come as they are written.
    """

    def __init__(self, file: TableFile, column: int, task: str | None, as_written: bool) -> None:
        self.file, self.column, self.task, self.as_written = file, column, task, as_written
        self._vocabulary = Vocabulary()
        self._parts: list[Array] = []  # of numbers as integers or floats; of texts as their indices, int32
        self._first_text: DataError | None = None

    def add(self, batch: Batch) -> None:
        """Take in some rows.

        Raises:
            NeedsTextsError: if the column has texts, and numbers that were read as numbers.
            DataError: if it is to be one of numbers and is not.
        """
        if self.task == "regression":
            self._parts.append(batch.number(self.column))
            return
        values = batch.columns[self.column]
        types = arrow("types")
        if batch.is_text(self.column) or types.is_boolean(values.type):
            encoded = batch.texts(self.column).dictionary_encode()
            self._look_for_texts(batch, encoded)
            self._parts.append(self._vocabulary.encode(encoded))
        elif types.is_int64(values.type) and not values.null_count:
            self._parts.append(values.to_numpy())
        else:
            self._parts.append(batch.number(self.column))
        kinds = {part.dtype == np.int32 for part in self._parts[-2:]}
        if self._first_text is not None and len(kinds) == 2 and not self.as_written:
            raise NeedsTextsError

    def _look_for_texts(self, batch: Batch, encoded: Any) -> None:
        if self._first_text is None:
            _, found, missing = self.file.numerals.parse(encoded.dictionary)
            is_text = ~(found | missing)
            if is_text.any():
                row = int(np.flatnonzero(is_text[encoded.indices.to_numpy(zero_copy_only=False)])[0])
                self._first_text = batch.no_number(row, self.column, encoded[row].as_py())
                if any(part.dtype != np.int32 for part in self._parts) and not self.as_written:
                    raise NeedsTextsError

    def is_missing(self) -> Array:
        """Return which rows have no target, booleans (rows,)."""
        numerals = self.file.numerals
        texts = list(self._vocabulary.index_of)
        if self._first_text is None:
            blank = np.array([*map(numerals.is_missing, texts), False], bool)
        else:  # NA and the like may be the name of a class
            blank = np.array([*(not text or text in numerals.nulls for text in texts), False], bool)
        parts = [blank[part] if part.dtype == np.int32 else np.isnan(part) for part in self._parts]
        missing: Array = np.concatenate(parts)
        return missing

    def targets(self, where: Any) -> tuple[Array, tuple[int, ...] | tuple[str, ...]]:
        """Return the numbers (rows, 1) and no classes, or the indices of the classes (rows,) and their names.

        Args:
            where: says where a row is; none of them is missing.

        Raises:
            NeedsTextsError: if integers are too large for what was read.
            DataError: if numbers are mixed with texts, or are no classes.
        """
        if self.task == "regression":
            return np.concatenate(self._parts)[:, None], ()
        if self._first_text is not None:
            self._expect_names()
            return self._classes(where)
        if self.task is None and not self._are_integers():
            numbers = self.file.numerals.parse(arrow().array(list(self._vocabulary.index_of), "string"))[0]
            parts = [numbers[part] if part.dtype == np.int32 else part for part in self._parts]
            return np.concatenate(parts).astype(np.float64)[:, None], ()
        is_exact = all(part.dtype != np.float64 or (np.abs(part) < 2**53).all() for part in self._parts)
        if not (is_exact or self.as_written or self.file.has_types):
            raise NeedsTextsError
        return self._classes(where)

    def _are_integers(self) -> bool:
        numbers = self.file.numerals.parse(arrow().array(list(self._vocabulary.index_of), "string"))[0]
        parts = [*(part for part in self._parts if part.dtype == np.float64), numbers[~np.isnan(numbers)]]
        return all((part == np.floor(part)).all() for part in parts)

    def _expect_names(self) -> None:
        """Refuse numbers that have texts among them, unless these are a few integers, or are said to be classes."""
        assert self._first_text is not None
        if self.file.has_types or self.task == "classification":
            return
        texts = [text for text in self._vocabulary.index_of if text]
        numbers = self.file.numerals.parse(arrow().array(texts, "string"))[0]
        numbers = numbers[~np.isnan(numbers)]
        if looks := looks_like(texts, self.file.numerals):
            raise DataError(
                f"{self.file.name}, {self.file.column_title(self.column)}: expected numbers or classes, received texts "
                f'that look like {looks[1]}, such as {looks[0]!r}; {looks[2]}, task = "classification" takes them for '
                "classes"
            )
        if len(numbers) > MOST_INTEGERS or (numbers != np.floor(numbers)).any():
            raise DataError(f'{self._first_text}; task = "classification" takes all of them for names of classes')

    def _classes(self, where: Any) -> tuple[Array, tuple[int, ...] | tuple[str, ...]]:
        """Name what is different, and number the rows by that."""
        names: list[Any] = list(self._vocabulary.index_of)
        index_of: dict[Any, int] = {text: index for index, text in enumerate(names)}
        parts: list[Array] = []
        for part in self._parts:
            if part.dtype == np.int32:
                parts.append(part)
                continue
            values, indices = np.unique(part, return_inverse=True)
            texts = [_written(value, self.file.numerals.decimal) for value in values.tolist()]
            parts.append(np.array([index_of.setdefault(text, len(index_of)) for text in texts])[indices.reshape(-1)])
        texts = list(index_of)
        rows = np.concatenate(parts)
        used = np.unique(rows)
        first = dict(zip(*(array.tolist() for array in np.unique(rows, return_index=True)), strict=True))
        try:
            classes, ranks = class_names(
                [texts[index] for index in used], lambda index: where(first[int(used[index])]), self.file.numerals
            )
        finally:
            self._parts = []
        new = np.zeros(len(texts), np.int64)
        new[used] = ranks
        return new[rows], classes


def _written(value: float, decimal: str) -> str:
    return str(int(value)) if value == int(value) else repr(value).replace(".", decimal)
