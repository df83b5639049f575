"""`BadCells`: the cells of a file that cannot be used, which are told all at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from minnet_core import Array

from ...errors import DataError
from ..missing import SHOWN


class BadCells:
    """What cannot be used of a column: what is said of the first few cells, and how many there are.

    Args:
        hint: what may be done about them.
    """

    def __init__(self, hint: str = "") -> None:
        self.hint = hint
        self.told: list[str] = []
        self.count = 0

    @classmethod
    def of(cls, told: Sequence[str], count: int) -> BadCells:
        """Take what is said of the first few cells, and how many there are."""
        cells = cls()
        cells.told, cells.count = [*told], count
        return cells

    def add(self, rows: Array, tell: Callable[[int], str], most: int = SHOWN) -> None:
        """Take in some rows of a part of a file.

        Args:
            rows: their indices.
            tell: says what is wrong with one; asked for the first few only.
            most: how many are told.
        """
        self.told += [tell(int(row)) for row in rows[: max(0, most - len(self.told))]]
        self.count += len(rows)

    def join(self, others: Sequence[BadCells]) -> None:
        """Take in what others have."""
        for other in others:
            self.hint = self.hint or other.hint
            self.told = [*self.told, *other.told][:SHOWN]
            self.count += other.count


class BadCellsError(DataError):
    """Cells of a file cannot be used.

    Args:
        name: of the file.
        columns: what is wrong with each of its columns.
    """

    def __init__(self, name: str, columns: Sequence[BadCells]) -> None:
        self.columns = [column for column in columns if column.count]
        super().__init__(_told(name, self.columns))


def _told(name: str, columns: Sequence[BadCells]) -> str:
    """Tell of all columns alike, ten cells in all."""
    count = sum(column.count for column in columns)
    hints = "".join(dict.fromkeys(column.hint for column in columns))
    if count == 1:
        return columns[0].told[0] + hints
    shown = [column.told[index] for index in range(SHOWN) for column in columns if index < len(column.told)][:SHOWN]
    lines = [f"{name}: {count:,} cells cannot be used{hints}", *(f"  {told}" for told in shown)]
    if count > len(shown):
        lines.append(f"  and {count - len(shown):,} more")
    return "\n".join(lines)
