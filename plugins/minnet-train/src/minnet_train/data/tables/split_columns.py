"""`GroupReader` and `OrderReader`: columns that say how rows are divided, and are no features."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from math import isnan
from typing import Any

import numpy as np

from minnet_core import Array

from ...errors import DataError
from .engine import arrow
from .feature_reader import Vocabulary
from .table import Batch, TableFile
from .times import in_format


class GroupReader:
    """Numbers the groups of a column, whose cells are taken as they are written."""

    def __init__(self, file: TableFile, column: int) -> None:
        self.file, self.column = file, column
        self._names = Vocabulary()
        self._parts: list[Array] = []

    def add(self, batch: Batch) -> None:
        """Take in some rows.

        Raises:
            DataError: naming the first cell that is empty.
        """
        texts = batch.texts(self.column)
        expect_no_cell(batch, self.column, arrow("compute").equal(texts, ""))
        self._parts.append(self._names.encode(arrow("compute").dictionary_encode(texts)))

    def found(self) -> dict[str, Any]:
        """Return what was found so far, as plain data."""
        return {"texts": [*self._names.index_of], "parts": self._parts}

    def join(self, later: Mapping[str, Any]) -> None:
        """Take in what another one has found in rows that come after."""
        codes = self._names.indices(later["texts"])
        self._parts += [codes[part] for part in later["parts"]]

    def groups(self) -> Array:
        """Return the number of the group of each row, integers (rows,)."""
        return np.concatenate(self._parts).astype(np.int64)


class OrderReader:
    """Reads numbers, dates or times; texts are numbers, or dates and times as ISO 8601 writes them."""

    def __init__(self, file: TableFile, column: int) -> None:
        self.file, self.column = file, column
        self._parts: list[Array] = []

    def add(self, batch: Batch) -> None:
        """Take in some rows.

        Raises:
            DataError: naming the first cell that is empty, or neither a number nor a time.
        """
        values = batch.columns[self.column]
        if arrow("types").is_temporal(values.type):
            is_days = arrow("types").is_date32(values.type) or arrow("types").is_time32(values.type)
            expect_no_cell(batch, self.column, values.is_null())
            counted = values.cast("int32") if is_days else values
            self._parts.append(counted.cast("int64").to_numpy(zero_copy_only=False))
            return
        texts = batch.texts(self.column)
        numbers, found, missing = self.file.numerals.parse(texts)
        expect_no_cell(batch, self.column, missing)
        self._parts.append(numbers if found.all() else self._times(batch, texts))

    def found(self) -> dict[str, Any]:
        """Return what was found so far, as plain data."""
        return {"parts": self._parts}

    def join(self, later: Mapping[str, Any]) -> None:
        """Take in what another one has found in rows that come after."""
        self._parts += later["parts"]

    def order(self) -> Array:
        """Return what rows are ordered by, numbers (rows,).

        Raises:
            DataError: if some are numbers and others times.
        """
        kinds = {part.dtype.kind for part in self._parts}
        if len(kinds) > 1:
            title = self.file.column_title(self.column)
            raise DataError(f"{self.file.name}, {title}: expected numbers or times for the order, received both")
        return np.concatenate(self._parts)

    def _times(self, batch: Batch, texts: Any) -> Array:
        """Read times in microseconds; those that name no zone are taken for UTC."""
        encoded = arrow("compute").dictionary_encode(texts)
        times = [_microseconds(text, self.file.date_format) for text in encoded.dictionary.to_pylist()]
        indices: Array = encoded.indices.to_numpy(zero_copy_only=False)
        wrong = np.flatnonzero(np.array([time is None for time in times])[indices])
        if wrong.size:
            row = int(wrong[0])
            raise DataError(
                f"{batch.where(row, self.column)}: expected a number or a time such as 2024-05-31 or 2024-05-31T12:30, "
                f"by which rows can be ordered, received {texts[row].as_py()!r}"
            )
        found: Array = np.array(times, np.int64)[indices]
        return found


def expect_no_cell(batch: Batch, column: int, is_missing: Any) -> None:
    """Refuse the first cell that is missing."""
    rows = np.flatnonzero(np.asarray(is_missing))
    if rows.size:
        raise DataError(
            f"{batch.where(int(rows[0]), column)}: expected a value, by which rows are divided, received none"
        )


def _microseconds(text: str, date_format: str) -> int | None:
    if date_format and not isnan(seconds := in_format(text, date_format)):
        return round(seconds * 1e6)
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    since = (time if time.tzinfo else time.replace(tzinfo=UTC)) - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
