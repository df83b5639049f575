"""`CsvFile` and `CsvTable`: a CSV file, read a part at a time."""

from __future__ import annotations

import csv
import os
from collections.abc import Collection, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path

import numpy as np
from attrs import field, frozen

from minnet_core import Array

from ...errors import DataError
from .cells import MISSING, are_plain, is_number
from .table import CHUNK, FLOAT32_MAX, Table, TableFile


@frozen
class CsvFile(TableFile):
    """Comma-separated text in UTF-8; empty lines do not count.

    Attributes:
        delimiter: what is between cells.
    """

    ROW = "line"

    delimiter: str = ","

    @classmethod
    def open(
        cls,
        path: str | os.PathLike[str],
        *,
        header: bool | None = None,
        texts: Collection[int] = (),
        delimiter: str = ",",
    ) -> CsvFile:
        """Look at the first row.

        Args:
            path: the file.
            header: whether the first row is a header. None: it is if none of its cells is a number.
            texts: indices of columns that may hold text, so that they say nothing about the header.
            delimiter: what is between cells.

        Raises:
            DataError: if it cannot be read or has no rows.
        """
        name = os.fspath(path)
        first = first_row(name, delimiter)
        if header is None:
            others = [cell for index, cell in enumerate(first) if not {index, index - len(first)} & set(texts)]
            header = any(others) and not any(map(is_number, others))
        return cls(name, tuple(first) if header else None, len(first), delimiter)

    def tables(self, size: int = CHUNK) -> Iterator[CsvTable]:
        """Read all rows; there must be some, all of one length."""
        rows = _rows(self.name, self.delimiter)
        if self.header is not None:
            next(rows)
        is_empty = True
        while chunk := list(islice(rows, size)):
            is_empty = False
            yield CsvTable(self, [line for _, line in chunk], [row for row, _ in chunk])
        if is_empty:
            raise DataError(
                f"{self.name}: expected rows of data, received only a header, {', '.join(self.header or ())}"
            )


@frozen(eq=False)
class CsvTable(Table):
    """Rows of a CSV file, all of one length.

    Attributes:
        rows: the cells.
    """

    rows: Sequence[Sequence[str]] = field(repr=False)

    def texts(self, column: int) -> list[str]:
        """Return the cells of a column."""
        return [row[column].strip() for row in self.rows]

    def numbers(self, columns: Sequence[int]) -> Array:
        """Return columns as numbers."""
        numbers = self._converted(columns)
        if numbers is not None and (np.abs(numbers) <= FLOAT32_MAX).all():
            return numbers
        return np.array([[self._number(row, column) for column in columns] for row in range(len(self))])

    def holds_numbers(self, column: int) -> tuple[bool, bool]:
        """Whether a column has any cell that is a number, and any that is a text."""
        numbers = self._converted([column])
        if numbers is not None:
            return not np.isnan(numbers).all(), False
        kinds = {is_number(cell) for cell in self.texts(column) if cell.lower() not in MISSING}
        return True in kinds, False in kinds

    def _converted(self, columns: Sequence[int]) -> Array | None:
        """Convert all cells at once, several times faster than one by one; None if some need a closer look."""
        cells = [[row[column] for column in columns] for row in self.rows]
        try:
            numbers = np.array(cells, np.float64).reshape(len(cells), len(columns))
        except ValueError:
            return None
        return numbers if are_plain(chain.from_iterable(cells)) else None

    def _number(self, row: int, column: int) -> float:
        cell = self.rows[row][column].strip()
        if cell.lower() in MISSING:
            return np.nan
        if not is_number(cell) or abs(float(cell)) > FLOAT32_MAX:
            raise DataError(f"{self.where(row, column)}: expected a finite float32 number, received {cell!r}")
        return float(cell)


def first_row(path: str, delimiter: str) -> list[str]:
    """Read the cells of the first row.

    Raises:
        DataError: if it cannot be read or has no rows.
    """
    for row, _ in _rows(path, delimiter):
        return [cell.strip() for cell in row]
    raise DataError(f"{path}: expected rows of comma-separated values, received an empty file")


def _rows(name: str, delimiter: str) -> Iterator[tuple[list[str], int]]:
    """Read rows with the line that each ends on."""
    width, width_line = 0, 0
    first_line = 1  # of the row that is being read: a quoted cell may go on for many
    try:
        with Path(name).open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, delimiter=delimiter, strict=True)
            for row in reader:
                if row and not width:
                    width, width_line = len(row), reader.line_num
                if row and len(row) != width:
                    raise DataError(
                        f"{name}, line {reader.line_num}: expected {width} columns, as in line {width_line}, "
                        f"received {len(row)}"
                    )
                if row:
                    yield row, reader.line_num
                first_line = reader.line_num + 1
    except OSError as error:
        raise DataError(f"{name}: expected a CSV file that can be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise DataError(f"{name}: expected comma-separated text in UTF-8: {error}") from None
    except csv.Error as error:
        raise DataError(
            f"{name}, line {first_line}: expected comma-separated cells, every quote of which is closed: {error}"
        ) from None
