"""`RawRows`: the rows that a model is asked about, in a file or in memory, a part at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from attrs import evolve, field, frozen

from minnet_core import Array

from ..errors import DataError
from .in_memory import array_in_memory, table_in_memory
from .memory_map import bytes_of_row, chunks
from .missing import SHOWN, missing_values
from .sources import PICTURES, pictures_of, read_pictures, stored_features
from .stored_rows import StoredRows
from .tables import (
    FLOAT32_MAX,
    BadCells,
    BadCellsError,
    Batch,
    Columns,
    Dialect,
    TableFile,
    note_reading,
    open_table,
)


@frozen(eq=False)
class RawRows:
    """Raw features (n, columns) in parts, of a table or of an array.

    Attributes:
        notes: what was decided about a file that is not plain.
    """

    _name: str
    _columns: Columns
    _may_be_missing: bool
    _array: Array | StoredRows | None = None
    _table: TableFile | None = None
    _positions: list[int] = field(factory=list)
    _told: tuple[str, ...] = ()

    @classmethod
    def open(
        cls,
        path: str,
        columns: Columns,
        *,
        may_be_missing: bool,
        dialect: Dialect | None = None,
        features_name: str | None = None,
        is_resized: bool = False,
    ) -> RawRows:
        """Look at a file.

        Args:
            path: the file.
            columns: what the model takes.
            may_be_missing: whether a value may be missing.
            dialect: how it is written, if it is a CSV file.
            features_name: what the features are called in an NPZ file.
            is_resized: whether pictures of another size are resized.

        Raises:
            DataError: if it cannot be read, or has other columns.
            MissingLibraryError: if it has pictures, and Pillow is not installed.
        """
        suffix, image = Path(path).suffix.lower(), columns.image
        if suffix in (".npy", ".npz"):
            return cls._of_array(path, stored_features(path, features_name, image), columns, may_be_missing)
        if suffix in PICTURES or Path(path).is_dir():
            return cls._of_pictures(path, columns, may_be_missing, is_resized=is_resized)
        table = open_table(path, None, dialect, names=columns.names or (), known=columns.categories)
        return cls(path, columns, may_be_missing, table=table, positions=columns.positions(table))

    @classmethod
    def of(cls, data: Any, columns: Columns, *, may_be_missing: bool, date_format: str = "", name: str = "") -> RawRows:
        """Look at rows in memory.

        Columns are found by their names where the model and the rows have names, others being ignored; else they are
        taken in their order.

        Args:
            data: a frame of pandas, polars or Arrow, a dict of columns, a list of dicts, or an array (rows, columns).
            columns: what the model takes.
            may_be_missing: whether a value may be missing.
            date_format: how texts have dates besides ISO 8601.
            name: what messages call them; empty for their type.

        Raises:
            DataError: if it is none of these, or has other columns.
            MissingLibraryError: if it has columns, and pyarrow is not installed.
        """
        table = table_in_memory(data)
        if table is None:
            array = array_in_memory(data, columns.image)
            if array.shape == (0, 0):
                return cls("no rows", columns, may_be_missing, np.empty((0, columns.count)))
            return cls._of_array(name or type(data).__name__, array, columns, may_be_missing)
        header = [name for column, name in enumerate(table.header or ()) if column not in table.index]
        if header == [str(index) for index in range(len(header))] and not {*header} & {*(columns.names or ())}:
            table = evolve(table, header=None)  # pandas numbers the columns of an array
        table = evolve(table, date_format=date_format, name=name or table.name)
        return cls(table.name, columns, may_be_missing, table=table, positions=columns.positions(table))

    @classmethod
    def _of_pictures(cls, path: str, columns: Columns, may_be_missing: bool, *, is_resized: bool) -> RawRows:
        image = columns.image
        if image is None or image.channels not in (1, 3):
            what = "rows of numbers" if image is None else str(image)
            raise DataError(f"{path}: expected {what}, which the model takes, received pictures")
        size = (image.height, image.width) if is_resized else None
        array, received, notes = read_pictures(pictures_of(path), "L" if image.channels == 1 else "RGB", size)
        if received.shape != image.shape:
            raise DataError(f"{path}: expected {image}, received {received}")
        if not image.is_channels_last:
            array = received.arranged(array)
        return cls(path, columns, may_be_missing, array, told=tuple(f"{path}: {note}" for note in notes))

    @classmethod
    def _of_array(cls, name: str, array: Array | StoredRows, columns: Columns, may_be_missing: bool) -> RawRows:
        if not columns.are_numbers:
            what = "texts" if any(columns.categories) else "dates or times"
            raise DataError(
                f"{name}: expected a table, for the model has columns of {what}; received an array of numbers"
            )
        if array.shape[1] != columns.count:
            raise DataError(
                f"{name}: expected {columns.count} columns, one for each feature of the model, received "
                f"{array.shape[1]}"
            )
        return cls(name, columns, may_be_missing, array)

    @property
    def notes(self) -> tuple[str, ...]:
        """What was decided about a file that is not plain."""
        if self._table is None:
            return self._told
        used = {*self._positions}
        return tuple(note for note in self._table.notes if not ("keep_index" in note and used & {*self._table.index}))

    def __iter__(self) -> Iterator[Array]:
        """Read all rows.

        Raises:
            DataError: if it has a value that cannot be used.
        """
        if self._table is None:
            assert self._array is not None
            yield from self._parts(self._array)
            return
        texts = [self._positions[index] for index, of in enumerate(self._columns.categories) if of]
        bad: list[BadCells] = []
        missing: list[str] = []
        count = 0
        raw: Array | None
        for batch in self._table.batches(sorted({*self._positions}), texts):
            try:
                raw = self._columns.encode(batch, self._positions)
                is_missing = None if self._may_be_missing else np.isnan(raw)
            except BadCellsError as error:
                bad += error.columns
                is_missing = None if self._may_be_missing else self._is_missing(batch)
            if is_missing is not None and is_missing.any():
                found = np.argwhere(is_missing)
                missing += [self._place(batch, *cell) for cell in found[: max(0, SHOWN - len(missing))].tolist()]
                count += len(found)
            if not (bad or count):  # else the rest is read only to tell of all that is wrong
                assert raw is not None
                yield raw
            raw = is_missing = None
            del batch  # two at a time would take twice the memory
        if bad:
            told = [f"{self._name}, {place}: the value is missing" for place in missing]
            raise BadCellsError(self._name, [*bad, BadCells.of(told, count)])
        if count:
            raise missing_values(self._name, missing, count)

    def _is_missing(self, batch: Batch) -> Array:
        """Find what is missing of rows that have bad cells, too: booleans (rows, columns)."""
        columns = []
        for index, position in enumerate(self._positions):
            is_text = bool(self._columns.categories and self._columns.categories[index])
            columns.append(batch.is_missing(position, is_text=is_text))
        return np.stack(columns, axis=1)

    def _place(self, batch: Batch, row: int, column: int) -> str:
        return f"{batch.place(row)}, {batch.file.column_title(self._positions[column])}"

    def _parts(self, array: Array | StoredRows) -> Iterator[Array]:
        start = 0
        for chunk in chunks(array):
            size = np.abs(np.asarray(chunk, np.float64))
            bad = np.argwhere(size > FLOAT32_MAX if self._may_be_missing else ~(size <= FLOAT32_MAX))
            if len(bad):
                row, column = map(int, bad[0])
                where, value = f"{self._name}, row {start + row + 1}, column {column + 1}", chunk[row, column]
                raise DataError(f"{where}: expected a finite float32 number, received {value}")
            start += len(chunk)
            note_reading(self._name, start * bytes_of_row(array), array.nbytes)
            yield np.asarray(chunk)
