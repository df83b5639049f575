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
from .table import CHUNK, FLOAT32_MAX, Table, TableFile


@frozen
class ParquetFile(TableFile):
    """A Parquet file."""

    ROW = "row"

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> ParquetFile:
        """Look at its columns.

        Raises:
            DataError: if it cannot be read, or is empty.
            MissingLibraryError: if pyarrow is not installed.
        """
        name = os.fspath(path)
        with _opened(name) as file:
            header = tuple(file.schema_arrow.names)
            if not header or not file.metadata.num_rows:
                raise DataError(f"{name}: expected rows of data, received none")
        return cls(name, header, len(header))

    def tables(self, size: int = CHUNK) -> Iterator[ParquetTable]:
        """Read all rows."""
        start = 1
        with _opened(self.name) as file:
            for batch in file.iter_batches(batch_size=size):
                if batch.num_rows:
                    yield ParquetTable(self, range(start, start + batch.num_rows), batch.columns)
                start += batch.num_rows


@frozen(eq=False)
class ParquetTable(Table):
    """Rows of a Parquet file.

    Attributes:
        columns: of pyarrow, one for each.
    """

    columns: Sequence[Any] = field(repr=False)

    def texts(self, column: int) -> list[str]:
        """Return the cells of a column.

        Raises:
            DataError: if it is a column of neither numbers nor texts.
        """
        self.holds_numbers(column)
        values = self.columns[column].to_pylist()
        return ["" if value is None or value != value else str(value).strip() for value in values]

    def numbers(self, columns: Sequence[int]) -> Array:
        """Return columns as numbers."""
        numbers = np.empty((len(self), len(columns)))
        for index, column in enumerate(columns):
            values = self.columns[column]
            if not _is_numeric(values.type):
                title = self.file.column_title(column)
                raise DataError(f"{self.file.name}, {title}: expected numbers, received {values.type}")
            numbers[:, index] = values.cast("float64").to_numpy(zero_copy_only=False)
        too_large = np.argwhere(np.abs(numbers) > FLOAT32_MAX)
        if too_large.size:
            row, index = map(int, too_large[0])
            where = self.where(row, columns[index])
            raise DataError(f"{where}: expected a finite float32 number, received {numbers[row, index]}")
        return numbers

    def holds_numbers(self, column: int) -> tuple[bool, bool]:
        """Whether a column has numbers, and whether it has texts: its type tells.

        Raises:
            DataError: if it is a column of neither; one that is not used may hold whatever it does.
        """
        type_ = self.columns[column].type
        is_numeric = _is_numeric(type_)
        if not (is_numeric or _is_text(type_)):
            raise DataError(
                f"{self.file.name}, {self.file.column_title(column)}: expected numbers or texts, received {type_}; "
                "ignore leaves a column out"
            )
        return is_numeric, not is_numeric


def _opened(name: str) -> Any:
    parquet = _pyarrow("pyarrow.parquet")
    try:
        return parquet.ParquetFile(name)
    except OSError as error:
        raise DataError(f"{name}: expected a Parquet file that can be read: {error.strerror or error}") from None
    except _pyarrow("pyarrow").ArrowException as error:
        raise DataError(f"{name}: expected a Parquet file: {error}") from None


def _is_numeric(type_: Any) -> bool:
    types = _pyarrow("pyarrow.types")
    is_kinds = types.is_integer, types.is_floating, types.is_boolean, types.is_decimal
    return any(is_kind(type_) for is_kind in is_kinds)


def _is_text(type_: Any) -> bool:
    types = _pyarrow("pyarrow.types")
    if types.is_dictionary(type_):
        return _is_text(type_.value_type)
    return bool(types.is_string(type_) or types.is_large_string(type_) or types.is_null(type_))


def _pyarrow(module: str) -> Any:
    return import_extra(module, "parquet", "Parquet files")
