"""`TableFile` and `Table`: a file with columns, and some of its rows, whatever its format is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import ClassVar

import numpy as np
from attrs import field, frozen

from minnet_core import Array
from minnet_core.support import nearest

from ...errors import DataError

CHUNK = 4096
"""Rows that are read at once."""

FLOAT32_MAX = float(np.finfo(np.float32).max)


@frozen
class TableFile(ABC):
    """A file with columns, that can be read through as often as need be.

    Attributes:
        name: its path.
        header: the names of the columns, or None.
        width: how many columns there are.
    """

    ROW: ClassVar[str]
    """What messages call a row."""

    name: str
    header: tuple[str, ...] | None
    width: int

    @abstractmethod
    def tables(self, size: int = CHUNK) -> Iterator[Table]:
        """Read all rows, ``size`` at a time.

        Raises:
            DataError: if that fails.
        """

    def column_title(self, column: int) -> str:
        """Name a column in a message: from 1, as a reader counts them."""
        return f"column {column + 1} ({self.header[column]!r})" if self.header else f"column {column + 1}"

    def column_index(self, column: str | int, what: str) -> int:
        """Find the column for ``what`` by its name, or by its index from 0, where negative ones count from the end.

        Raises:
            DataError: if there is no such column, or several.
        """
        if isinstance(column, int):
            if not -self.width <= column < self.width:
                expected = f"{what} from {-self.width} to {self.width - 1}"
                raise DataError(f"{self.name}: expected {expected}, received {column}")
            return column % self.width
        header = self.header or ()
        if header.count(column) != 1:
            found = f"{header.count(column)} such columns" if column in header else f"columns {', '.join(header)}"
            found = found if header else "a file without a header"
            hint = "" if column in header else nearest(column, header, most=1)
            raise DataError(f"{self.name}: expected one column {column!r}, received {found}{hint and f'; {hint}'}")
        return header.index(column)


@frozen(eq=False)
class Table(ABC):
    """Rows of a file.

    Attributes:
        file: which has them.
        lines: the place of each row in it, from 1.
    """

    file: TableFile
    lines: Sequence[int] = field(repr=False)

    def __len__(self) -> int:
        return len(self.lines)

    @abstractmethod
    def texts(self, column: int) -> list[str]:
        """Return the cells of a column as texts without blanks around them, empty ones where a value is missing."""

    @abstractmethod
    def numbers(self, columns: Sequence[int]) -> Array:
        """Return columns as float64 (rows, columns), nan where a value is missing.

        Raises:
            DataError: naming the place of the first cell that is no number, or none that float32 can hold.
        """

    @abstractmethod
    def holds_numbers(self, column: int) -> tuple[bool, bool]:
        """Whether a column has any cell that is a number, and any that is a text."""

    def place(self, row: int) -> str:
        """Name a row in a message."""
        return f"{self.file.ROW} {self.lines[row]}"

    def where(self, row: int, column: int) -> str:
        """Name a cell in a message."""
        return f"{self.file.name}, {self.place(row)}, {self.file.column_title(column)}"
