"""`RawRows`: the rows of a file that a model is asked about, a part at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from attrs import field, frozen

from minnet_core import Array

from ..errors import DataError
from .memory_map import chunks
from .missing import SHOWN, missing_values
from .sources import mapped_features
from .tables import Columns, Dialect, TableFile, note_reading, open_table

CHUNK = 4096
"""Rows of an array that are read at once."""


@frozen(eq=False)
class RawRows:
    """Raw features (n, columns) in parts, of a table or of an NPY or NPZ file.

    Attributes:
        notes: what was decided about the file that is not plain.
    """

    _path: str
    _columns: Columns
    _may_be_missing: bool
    _features_name: str | None = None
    _file: TableFile | None = None
    _positions: list[int] = field(factory=list)

    @classmethod
    def open(
        cls,
        path: str,
        columns: Columns,
        *,
        may_be_missing: bool,
        dialect: Dialect | None = None,
        features_name: str | None = None,
    ) -> RawRows:
        """Look at a file.

        Args:
            path: the file.
            columns: what the model takes.
            may_be_missing: whether a value may be missing.
            dialect: how it is written, if it is a CSV file.
            features_name: what the features are called in an NPZ file.

        Raises:
            DataError: if it cannot be read, or has other columns.
        """
        if Path(path).suffix.lower() in (".npy", ".npz"):
            return cls(path, columns, may_be_missing, features_name)
        file = open_table(path, None, dialect, names=columns.names or (), known=columns.categories)
        return cls(path, columns, may_be_missing, features_name, file, columns.positions(file))

    @property
    def notes(self) -> tuple[str, ...]:
        """What was decided about the file that is not plain."""
        if self._file is None:
            return ()
        used = {*self._positions}
        return tuple(note for note in self._file.notes if not ("keep_index" in note and used & {*self._file.index}))

    def __iter__(self) -> Iterator[Array]:
        """Read all rows.

        Raises:
            DataError: if it has a value that cannot be used.
        """
        if self._file is None:
            yield from _of_arrays(self._path, self._columns, self._may_be_missing, self._features_name)
            return
        texts = [self._positions[index] for index, of in enumerate(self._columns.categories) if of]
        for batch in self._file.batches(sorted({*self._positions}), texts):
            raw = self._columns.encode(batch, self._positions)
            if not self._may_be_missing and np.isnan(raw).any():
                missing = np.argwhere(np.isnan(raw))
                titles = [self._file.column_title(position) for position in self._positions]
                places = [f"{batch.place(row)}, {titles[column]}" for row, column in missing[:SHOWN].tolist()]
                raise missing_values(self._path, places, len(missing))
            yield raw
            del batch, raw  # two at a time would take twice the memory


def _of_arrays(path: str, columns: Columns, may_be_missing: bool, features_name: str | None) -> Iterator[Array]:
    if any(columns.categories):
        raise DataError(f"{path}: expected a table, for the model has columns of texts; received an array of numbers")
    features = mapped_features(path, features_name)
    if features.shape[1] != columns.count:
        raise DataError(
            f"{path}: expected {columns.count} columns, one for each feature of the model, received {features.shape[1]}"
        )
    start = 0
    for chunk in chunks(features, CHUNK):
        bad = np.argwhere(np.isinf(chunk) if may_be_missing else ~np.isfinite(chunk))
        if len(bad):
            row, column = map(int, bad[0])
            where = f"{path}, row {start + row + 1}, column {column + 1}"
            raise DataError(f"{where}: expected a finite number, received {chunk[row, column]}")
        start += len(chunk)
        note_reading(path, start * features[:1].nbytes, features.nbytes)
        yield np.asarray(chunk)
