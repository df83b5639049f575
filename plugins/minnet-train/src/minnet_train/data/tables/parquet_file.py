"""`ParquetFile` and `ParquetTable`: a Parquet file, read a part at a time."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from attrs import field, frozen

from minnet_core import Array

from ...errors import DataError
from ...extras import import_extra
from .table import Table

CHUNK = 4096
"""Rows that are read at once."""

_LIMIT = float(np.finfo(np.float32).max)


@frozen(eq=False)
class ParquetTable(Table):
    """Rows of a Parquet file.

    Attributes:
        name: the path of the file.
        header: the names of the columns.
        lines: the number of each row, from 1.
        columns: of pyarrow, one for each.
    """

    name: str
    header: tuple[str, ...] | None
    lines: Sequence[int] = field(repr=False)
    columns: Sequence[Any] = field(repr=False)

    @property
    def width(self) -> int:
        """How many columns there are."""
        return len(self.columns)

    def place(self, row: int) -> str:
        """Name a row in a message."""
        return f"row {self.lines[row]}"

    def texts(self, column: int) -> list[str]:
        """Return the cells of a column as texts, empty ones where a value is missing.

        Raises:
            DataError: if it is a column of neither numbers nor texts.
        """
        self._expect_numbers_or_texts(column)
        values = self.columns[column].to_pylist()
        return ["" if value is None or value != value else str(value).strip() for value in values]

    def numbers(self, columns: Sequence[int]) -> Array:
        """Return columns as float64 (rows, columns), nan where a value is missing.

        Raises:
            DataError: if a column has no numbers, or none that float32 can hold.
        """
        numbers = np.empty((len(self), len(columns)))
        for index, column in enumerate(columns):
            if not _is_numeric(self.columns[column].type):
                raise DataError(
                    f"{self.name}, {self.column_title(column)}: expected numbers, received {self.columns[column].type}"
                )
            numbers[:, index] = self.columns[column].cast("float64").to_numpy(zero_copy_only=False)
        too_large = np.argwhere(np.abs(numbers) > _LIMIT)
        if too_large.size:
            row, index = map(int, too_large[0])
            where = self.where(row, columns[index])
            raise DataError(f"{where}: expected a finite float32 number, received {numbers[row, index]}")
        return numbers

    def holds_numbers(self, column: int) -> tuple[bool, bool]:
        """Whether a column has any cell that is a number, and any that is a text: its type tells.

        Raises:
            DataError: if it is a column of neither.
        """
        self._expect_numbers_or_texts(column)
        is_numeric = _is_numeric(self.columns[column].type)
        return is_numeric, not is_numeric

    def _expect_numbers_or_texts(self, column: int) -> None:
        """Check a column that is used; others may hold whatever they do."""
        type_ = self.columns[column].type
        if not (_is_numeric(type_) or _is_text(type_)):
            raise DataError(
                f"{self.name}, {self.column_title(column)}: expected numbers or texts, received {type_}; "
                "ignore leaves a column out"
            )


@frozen
class ParquetFile:
    """A Parquet file.

    Attributes:
        name: its path.
        header: the names of its columns.
    """

    name: str
    header: tuple[str, ...]

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> ParquetFile:
        """Look at its columns.

        Raises:
            DataError: if it cannot be read, or is empty.
            MissingLibraryError: if pyarrow is not installed.
        """
        name = os.fspath(path)
        with _opened(name) as file:
            schema = file.schema_arrow
            if not len(schema) or not file.metadata.num_rows:
                raise DataError(f"{name}: expected rows of data, received none")
            header = tuple(schema.names)
        return cls(name, header)

    @property
    def width(self) -> int:
        """How many columns it has."""
        return len(self.header)

    def tables(self, size: int = CHUNK) -> Iterator[ParquetTable]:
        """Read all rows, ``size`` at a time."""
        start = 1
        with _opened(self.name) as file:
            for batch in file.iter_batches(batch_size=size):
                if batch.num_rows:
                    yield ParquetTable(self.name, self.header, range(start, start + batch.num_rows), batch.columns)
                start += batch.num_rows


def _opened(name: str) -> Any:
    parquet = import_extra("pyarrow.parquet", "parquet", "Parquet files")
    try:
        return parquet.ParquetFile(name)
    except OSError as error:
        raise DataError(f"{name}: expected a Parquet file that can be read: {error.strerror or error}") from None
    except import_extra("pyarrow", "parquet", "Parquet files").ArrowException as error:
        raise DataError(f"{name}: expected a Parquet file: {error}") from None


def _is_numeric(type_: Any) -> bool:
    types = import_extra("pyarrow.types", "parquet", "Parquet files")
    return bool(
        types.is_integer(type_) or types.is_floating(type_) or types.is_boolean(type_) or types.is_decimal(type_)
    )


def _is_text(type_: Any) -> bool:
    types = import_extra("pyarrow.types", "parquet", "Parquet files")
    if types.is_dictionary(type_):
        return _is_text(type_.value_type)
    return bool(types.is_string(type_) or types.is_large_string(type_) or types.is_null(type_))
