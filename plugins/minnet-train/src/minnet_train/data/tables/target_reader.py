"""`TargetReader`: what the column to predict holds, found out and kept while a file is read once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np

from minnet_core import Array

from ...errors import DataError
from .bad_cells import BadCells, BadCellsError
from .cells import class_names
from .engine import arrow, numpy_of
from .feature_reader import Vocabulary
from .numerals import looks_like
from .table import Batch, TableFile
from .times import kind_of_time

MOST_INTEGERS = 20
"""So many different integers may be the names of classes beside texts."""

MOST_CLASSES = 100
"""More different integers than these are numbers rather than classes."""

FEWEST = 3
"""Rows that a class needs: one to train on, one to validate by and one to hold out."""


class NeedsTextsError(Exception):
    """A column has texts after all, and what was read of it before did not keep how it is written."""


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
        self._texts = BadCells()
        self._has_large = False
        self.note: str | None = None

    def add(self, batch: Batch) -> None:
        """Take in some rows.

        Raises:
            NeedsTextsError: if the column has texts, and numbers that were read as numbers.
            BadCellsError: if it is to be one of numbers and is not.
            DataError: if it is a column of neither.
        """
        if self.task == "regression":
            self._parts.append(batch.number(self.column))
            return
        values = batch.columns[self.column]
        types = arrow("types")
        if kind_of_time(values.type) and not self.as_written and batch.written(self.column) is not None:
            raise NeedsTextsError  # dates are names of classes here
        if batch.is_text(self.column) or types.is_boolean(values.type):
            encoded = batch.texts(self.column).dictionary_encode()
            self._look_for_texts(batch, encoded)
            self._parts.append(self._vocabulary.encode(encoded))
        elif types.is_int64(values.type) and not values.null_count:
            self._parts.append(numpy_of(values))
        else:
            self._parts.append(batch.number(self.column))
        kinds = {part.dtype == np.int32 for part in self._parts[-2:]}
        if self._texts.count and len(kinds) == 2 and not self.as_written:
            raise NeedsTextsError

    def _look_for_texts(self, batch: Batch, encoded: Any) -> None:
        _, found, missing = self.file.numerals.parse(encoded.dictionary)
        is_text = ~(found | missing)
        if is_text.any():
            rows = np.flatnonzero(is_text[numpy_of(encoded.indices)])
            self._texts.add(rows, lambda row: batch.no_number(row, self.column, encoded[row].as_py()))
            if any(part.dtype != np.int32 for part in self._parts) and not self.as_written:
                raise NeedsTextsError

    @property
    def _is_exact(self) -> bool:
        """Whether floats are the numbers that were read, even if these were integers."""
        return not any(part.dtype == np.float64 and _are_large(part) for part in self._parts)

    def found(self) -> dict[str, Any] | None:
        """Return what was found so far, as plain data; None if it depends on which rows were read at once."""
        if self.task != "regression" and not self._is_exact:
            return None
        return {
            "texts": [*self._vocabulary.index_of],
            "parts": self._parts,
            "strange": self._texts.count,
            "large": any(part.dtype == np.int64 and _are_large(part) for part in self._parts),
        }

    def join(self, later: Mapping[str, Any]) -> bool:
        """Take in what another one has found in rows that come after, as if they had been added here.

        Returns:
            Whether that can be: whether not both texts and numbers were found, nor both integers that no float can hold
            and a missing value, among whose neighbours they are floats.
        """
        codes = self._vocabulary.indices(later["texts"])
        self._parts += [codes[part] if part.dtype == np.int32 else part for part in later["parts"]]
        self._texts.join([BadCells.of([], later["strange"])])
        self._has_large |= later["large"]
        kinds = {part.dtype for part in self._parts}
        has_both = np.dtype(np.int32) in kinds and len(kinds) > 1
        return not has_both and not (self._has_large and np.dtype(np.float64) in kinds)

    def is_missing(self) -> Array:
        """Return which rows have no target, booleans (rows,)."""
        numerals = self.file.numerals
        texts = list(self._vocabulary.index_of)
        if not self._texts.count:
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
            DataError: if numbers are no classes.
        """
        if self.task == "regression":
            return np.concatenate(self._parts)[:, None], ()
        if self._texts.count:
            return self._classes(where)
        return self._classes(where) if self._are_classes else (self._numbers()[:, None], ())

    def _numbers(self) -> Array:
        """Return what are numbers all, float64 (rows,)."""
        if self._vocabulary.index_of:
            numbers = self.file.numerals.parse(arrow().array(list(self._vocabulary.index_of), "string"))[0]
        parts = [numbers[part] if part.dtype == np.int32 else part for part in self._parts]
        return np.concatenate(parts).astype(np.float64)

    @cached_property
    def _are_classes(self) -> bool:
        """Whether numbers are names of classes: if that is said, or they are whole, and few."""
        if self.task is not None:
            return True
        numbers = self._numbers()
        numbers = numbers[~np.isnan(numbers)]
        if not (numbers == np.floor(numbers)).all():
            return False
        _, counts = np.unique(numbers, return_counts=True)
        if len(counts) <= MOST_INTEGERS or (len(counts) <= MOST_CLASSES and counts.min() >= FEWEST):
            return True
        self.note = (
            f"{self.file.name}, {self.file.column_title(self.column)}: {len(counts):,} different whole numbers are "
            'taken for numbers; task = "classification" takes them for names of classes'
        )
        return False

    def keep(self, rows: Array) -> None:
        """Forget the rows that are not among these, booleans (rows,)."""
        ends = np.cumsum([len(part) for part in self._parts])[:-1]
        self._parts = [part[kept] for part, kept in zip(self._parts, np.split(rows, ends), strict=True)]

    def conclude(self) -> None:
        """Look at all that was found: numbers among texts are refused, unless they are few, or are said to be classes.

        Raises:
            NeedsTextsError: if integers are too large for what was read.
            BadCellsError: if there are texts among numbers.
            DataError: if texts look like numbers.
        """
        if self.task == "regression":
            return
        if not self._texts.count:
            if not (self.as_written or self.file.has_types or self._is_exact) and self._are_classes:
                raise NeedsTextsError
            return
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
            self._texts.hint = '; task = "classification" takes all of them for names of classes'
            raise BadCellsError(self.file.name, [self._texts])

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
            indices_of = [index_of.setdefault(text, len(index_of)) for text in texts]
            parts.append(np.array(indices_of, np.int64)[indices.reshape(-1)])  # of a part that may have no row left
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


def _are_large(numbers: Array) -> bool:
    """Whether some are integers that a float may not tell from the next ones."""
    return bool((numbers >= 2**53).any() or (numbers <= -(2**53)).any())


def _written(value: float, decimal: str) -> str:
    return str(int(value)) if value == int(value) else repr(value).replace(".", decimal)
