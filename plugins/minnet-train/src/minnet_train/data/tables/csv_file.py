"""`CsvFile`: a CSV file, read a part at a time."""

from __future__ import annotations

import csv
import os
from collections.abc import Collection, Iterator
from itertools import islice
from pathlib import Path

from attrs import frozen

from ...errors import DataError
from .csv_table import CsvTable, is_number

CHUNK = 4096
"""Rows that are read at once."""


@frozen
class CsvFile:
    """Comma-separated text in UTF-8; empty lines do not count.

    Attributes:
        name: its path.
        header: the names of its columns, or None.
        width: how many columns it has.
        delimiter: what is between cells.
    """

    name: str
    header: tuple[str, ...] | None
    width: int
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
        first = next((row for row, _ in _rows(name, delimiter)), None)
        if first is None:
            raise DataError(f"{name}: expected rows of comma-separated values, received an empty file")
        first = [cell.strip() for cell in first]
        if header is None:
            others = [cell for index, cell in enumerate(first) if not {index, index - len(first)} & set(texts)]
            header = any(others) and not any(map(is_number, others))
        return cls(name, tuple(first) if header else None, len(first), delimiter)

    def tables(self, size: int = CHUNK) -> Iterator[CsvTable]:
        """Read all rows, ``size`` at a time.

        Raises:
            DataError: if there are none, or rows of different lengths.
        """
        rows = _rows(self.name, self.delimiter)
        if self.header is not None:
            next(rows)
        is_empty = True
        while chunk := list(islice(rows, size)):
            is_empty = False
            yield CsvTable(self.name, self.header, [row for row, _ in chunk], [line for _, line in chunk])
        if is_empty:
            raise DataError(
                f"{self.name}: expected rows of data, received only a header, {', '.join(self.header or ())}"
            )


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
