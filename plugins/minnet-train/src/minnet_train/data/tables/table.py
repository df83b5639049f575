"""`Table`: some rows of a file with columns, whatever the file is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import Protocol

from minnet_core import Array
from minnet_core.support import nearest

from ...errors import DataError


class Table(ABC):
    """Rows with the same columns.

    Attributes:
        name: the path of the file.
        header: the names of the columns, or None.
        lines: the place of each row in the file, from 1.
    """

    name: str
    header: tuple[str, ...] | None
    lines: Sequence[int]

    @property
    @abstractmethod
    def width(self) -> int:
        """How many columns there are."""

    def __len__(self) -> int:
        return len(self.lines)

    @abstractmethod
    def texts(self, column: int) -> list[str]:
        """Return the cells of a column as texts, empty ones where a value is missing."""

    @abstractmethod
    def numbers(self, columns: Sequence[int]) -> Array:
        """Return columns as float64 (rows, columns), nan where a value is missing.

        Raises:
            DataError: naming the place of the first cell that is no number.
        """

    @abstractmethod
    def holds_numbers(self, column: int) -> tuple[bool, bool]:
        """Whether a column has any cell that is a number, and any that is a text."""

    def place(self, row: int) -> str:
        """Name a row in a message."""
        return f"line {self.lines[row]}"

    def column_title(self, column: int) -> str:
        """Name a column in a message: from 1, as a reader counts them."""
        return column_title(self.header, column)

    def where(self, row: int, column: int) -> str:
        """Name a cell in a message."""
        return f"{self.name}, {self.place(row)}, {self.column_title(column)}"


class TableFile(Protocol):
    """A file with columns, that can be read through as often as need be."""

    @property
    def name(self) -> str:
        """Its path."""
        ...

    @property
    def header(self) -> tuple[str, ...] | None:
        """The names of the columns, or None."""
        ...

    @property
    def width(self) -> int:
        """How many columns there are."""
        ...

    def tables(self) -> Iterator[Table]:
        """Read all rows, a part at a time."""
        ...


def column_title(header: tuple[str, ...] | None, column: int) -> str:
    """Name a column in a message: from 1, as a reader counts them."""
    return f"column {column + 1} ({header[column]!r})" if header else f"column {column + 1}"


def column_index(file: TableFile, column: str | int, what: str) -> int:
    """Find a column by its name, or by its index from 0, where negative ones count from the end.

    Args:
        file: that has it.
        column: name or index.
        what: what the column is for: ``target``.

    Raises:
        DataError: if there is no such column, or several.
    """
    width = file.width
    if isinstance(column, int):
        if not -width <= column < width:
            raise DataError(f"{file.name}: expected {what} from {-width} to {width - 1}, received {column}")
        return column % width
    header = file.header or ()
    if header.count(column) != 1:
        found = f"{header.count(column)} such columns" if column in header else f"columns {', '.join(header)}"
        found = found if header else "a file without a header"
        hint = "" if column in header else nearest(column, header, most=1)
        raise DataError(f"{file.name}: expected one column {column!r}, received {found}{hint and f'; {hint}'}")
    return header.index(column)
