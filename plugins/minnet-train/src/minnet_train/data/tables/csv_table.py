"""`CsvTable`: the cells of some rows of a CSV file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

import numpy as np
from attrs import field, frozen

from minnet_core import Array

from ...errors import DataError
from .table import Table

MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "?"})
"""What is written for a number that is missing, in small letters."""

_LIMIT = float(np.finfo(np.float32).max)


@frozen(eq=False)
class CsvTable(Table):
    """Rows of a CSV file, all of one length.

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

    @property
    def width(self) -> int:
        """How many columns there are."""
        return len(self.rows[0])

    def texts(self, column: int) -> list[str]:
        """Return the cells of a column, without the blanks around them."""
        return [row[column].strip() for row in self.rows]

    def numbers(self, columns: Sequence[int]) -> Array:
        """Return columns as float64 (rows, columns), nan where a value is missing.

        Raises:
            DataError: naming the line and column of the first cell that is no number, or none that float32 can hold.
        """
        cells = [[row[column] for column in columns] for row in self.rows]
        try:
            numbers = np.array(cells, np.float64).reshape(len(cells), len(columns))
        except ValueError:
            pass
        else:
            if (np.abs(numbers) <= _LIMIT).all() and _are_plain(chain.from_iterable(cells)):
                return numbers
        return np.array([[self._number(row, column) for column in columns] for row in range(len(self.rows))])

    def holds_numbers(self, column: int) -> tuple[bool, bool]:
        """Whether a column has any cell that is a number, and any that is a text."""
        cells = [row[column] for row in self.rows]
        try:  # which is several times faster than to look at each cell
            numbers = np.array(cells, np.float64)
        except ValueError:
            pass
        else:
            if _are_plain(cells):
                return not np.isnan(numbers).all(), False
        kinds = set(self._kinds(column))
        return True in kinds, False in kinds

    def _kinds(self, column: int) -> Iterator[bool]:
        for cell in self.texts(column):
            if cell.lower() not in MISSING:
                yield is_number(cell)

    def _number(self, row: int, column: int) -> float:
        cell = self.rows[row][column].strip()
        if cell.lower() in MISSING:
            return np.nan
        if not is_number(cell) or abs(float(cell)) > _LIMIT:
            raise DataError(f"{self.where(row, column)}: expected a finite float32 number, received {cell!r}")
        return float(cell)


def is_number(cell: str) -> bool:
    """Whether a cell reads as a number, infinities included.

    Python takes underscores between digits too, and the digits of other scripts; nobody else does.
    """
    try:
        is_number = float(cell) == float(cell)  # nan is what others write for a missing value
    except ValueError:
        return False
    return is_number and _are_plain([cell.strip()])


def _are_plain(cells: Iterable[str]) -> bool:
    """Whether cells that Python takes for numbers are so for everybody."""
    text = "".join(cells)
    return text.isascii() and "_" not in text
