"""`CsvTable`: the cells of a CSV file, with their line numbers and an optional header."""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from attrs import field, frozen

from minnet_core import Array

from .errors import DataError


@frozen(eq=False)
class CsvTable:
    """The rows of a CSV file, all of one length.

    Attributes:
        name: the path of the file.
        header: the names of the columns, or None.
        rows: the cells.
        lines: the line in the file that each row ends on, from 1.
    """

    name: str
    header: tuple[str, ...] | None
    rows: Sequence[Sequence[str]] = field(repr=False)
    lines: Sequence[int] = field(repr=False)

    @classmethod
    def read(cls, path: str | os.PathLike[str], *, target: str | int | None = None) -> CsvTable:
        """Read a comma-separated file in UTF-8; empty lines do not count.

        The first row is a header if ``target`` names a column, or if none of its other cells is a number.

        Args:
            path: the file.
            target: the name or index of a column that may hold text.

        Raises:
            DataError: if it cannot be read, has no rows of data, or rows of different lengths.
        """
        name = os.fspath(path)
        rows, lines = _read_rows(name)
        first = [cell.strip() for cell in rows[0]]
        if isinstance(target, str):
            has_header = True
        else:
            features = [cell for index, cell in enumerate(first) if target not in (index, index - len(first))]
            has_header = any(features) and not any(map(_is_number, features))
        if has_header and len(rows) == 1:
            raise DataError(f"{name}: expected rows of data, received only a header, {', '.join(first)}")
        return cls(name, tuple(first) if has_header else None, rows[has_header:], lines[has_header:])

    def column_title(self, column: int) -> str:
        """Name a column in a message: from 1, as a reader counts them."""
        return f"column {column + 1} ({self.header[column]!r})" if self.header else f"column {column + 1}"

    def texts(self, column: int) -> list[str]:
        """Return the cells of a column, without the blanks around them.

        Raises:
            DataError: if one is empty.
        """
        cells = [row[column].strip() for row in self.rows]
        for cell, line in zip(cells, self.lines, strict=True):
            if not cell:
                raise DataError(f"{self.name}, line {line}, {self.column_title(column)}: the value is missing")
        return cells

    def numbers(self, columns: Sequence[int]) -> Array:
        """Return columns as float32 (rows, columns).

        Raises:
            DataError: naming the line and column of the first cell that is missing, no number, or not finite.
        """
        cells = [[row[column] for column in columns] for row in self.rows]
        try:
            with np.errstate(over="ignore"):
                numbers = np.array(cells, np.float64).astype(np.float32).reshape(len(cells), len(columns))
        except ValueError:
            numbers = None
        if numbers is None or not np.isfinite(numbers).all():
            raise self._first_bad_cell(columns)
        return numbers

    def _first_bad_cell(self, columns: Sequence[int]) -> DataError:
        limit = float(np.finfo(np.float32).max)
        for row, line in zip(self.rows, self.lines, strict=True):
            for column in columns:
                cell = row[column].strip()
                if not (_is_number(cell) and abs(float(cell)) <= limit):
                    problem = f"expected a finite float32 number, received {cell!r}" if cell else "the value is missing"
                    return DataError(f"{self.name}, line {line}, {self.column_title(column)}: {problem}")
        raise AssertionError("numbers() has found a cell that is no number")


def _read_rows(name: str) -> tuple[list[list[str]], list[int]]:
    rows: list[list[str]] = []
    lines: list[int] = []
    first_line = 1  # of the row that is being read: a quoted cell may go on for many
    try:
        with Path(name).open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            for row in reader:
                if row and len(row) != len((rows or [row])[0]):
                    raise DataError(
                        f"{name}, line {reader.line_num}: expected {len(rows[0])} columns, as in line {lines[0]}, "
                        f"received {len(row)}"
                    )
                if row:
                    rows.append(row)
                    lines.append(reader.line_num)
                first_line = reader.line_num + 1
    except OSError as error:
        raise DataError(f"{name}: expected a CSV file that can be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise DataError(f"{name}: expected comma-separated text in UTF-8: {error}") from None
    except csv.Error as error:
        raise DataError(
            f"{name}, line {first_line}: expected comma-separated cells, every quote of which is closed: {error}"
        ) from None
    if not rows:
        raise DataError(f"{name}: expected rows of comma-separated values, received an empty file")
    return rows, lines


def _is_number(cell: str) -> bool:
    """Whether a cell reads as a number, infinities included."""
    try:
        return float(cell) == float(cell)  # nan is what others write for a missing value
    except ValueError:
        return False
