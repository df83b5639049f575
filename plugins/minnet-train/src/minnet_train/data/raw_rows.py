"""`raw_rows`: the rows of a file that a model is asked about, a part at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from minnet_core import Array

from ..errors import DataError
from .memory_map import chunks
from .missing import SHOWN, missing_values
from .sources import mapped_features
from .tables import CHUNK, Columns, CsvFile, ParquetFile, first_row


def raw_rows(
    path: str, columns: Columns, *, may_be_missing: bool, delimiter: str = ",", features_name: str | None = None
) -> Iterator[Array]:
    """Read raw features (n, columns) from a CSV, Parquet, NPY or NPZ file, by its suffix.

    Args:
        path: the file.
        columns: what the model takes.
        may_be_missing: whether a value may be missing.
        delimiter: what is between the cells of a CSV file.
        features_name: what the features are called in an NPZ file.

    Raises:
        DataError: if the file has other columns, or a value that cannot be used.
    """
    suffix = Path(path).suffix.lower()
    if suffix in (".npy", ".npz"):
        yield from _of_arrays(path, columns, may_be_missing, features_name)
        return
    file = ParquetFile.open(path) if suffix == ".parquet" else _csv_file(path, columns, delimiter)
    for table in file.tables():
        raw = columns.encode(table)
        if not may_be_missing and np.isnan(raw).any():
            missing, positions = np.argwhere(np.isnan(raw)), columns.positions(table)
            cells = missing[:SHOWN].tolist()
            places = [f"{table.place(row)}, {file.column_title(positions[column])}" for row, column in cells]
            raise missing_values(path, places, len(missing))
        yield raw


def _csv_file(path: str, columns: Columns, delimiter: str) -> CsvFile:
    """Open a file; its columns tell more about a header than whether it has numbers.

    It is one if it has the names of all columns, which may be numbers; and none if it has known categories.
    """
    first = first_row(path, delimiter)
    header = None
    if columns.names and set(columns.names) <= set(first):
        header = True
    elif any(columns.categories) and len(first) == columns.count:
        cells = zip(first, columns.categories, strict=True)
        header = False if all(cell in ("", *of) for cell, of in cells if of) else None
    return CsvFile.open(path, header=header, delimiter=delimiter)


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
        is_usable = np.isfinite(chunk) & (np.abs(chunk) <= np.finfo(np.float32).max)
        if not is_usable.all() and may_be_missing:
            is_usable |= np.isnan(chunk)
        bad = np.argwhere(~is_usable)
        if len(bad):
            row, column = map(int, bad[0])
            where = f"{path}, row {start + row + 1}, column {column + 1}"
            raise DataError(f"{where}: expected a finite float32 number, received {chunk[row, column]}")
        start += len(chunk)
        yield np.asarray(chunk)
