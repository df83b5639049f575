"""`raw_rows`: the rows of a file that a model is asked about, a part at a time."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from minnet_core import Array

from ..errors import DataError
from .memory_map import chunks
from .missing import SHOWN, missing_values
from .tables import Columns, CsvFile, Table

CHUNK = 4096
"""Rows that are read at once."""


def raw_rows(
    path: str,
    columns: Columns,
    *,
    may_be_missing: bool,
    delimiter: str = ",",
    features_name: str | None = None,
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
    for table in _tables(path, suffix, columns, delimiter):
        raw = columns.encode(table)
        if not may_be_missing and np.isnan(raw).any():
            raise _missing(table, columns, raw)
        yield raw


def _tables(path: str, suffix: str, columns: Columns, delimiter: str) -> Iterator[Table]:
    if suffix == ".parquet":
        from .tables import ParquetFile

        return ParquetFile.open(path).tables(CHUNK)
    return CsvFile.open(path, header=_header(path, columns, delimiter), delimiter=delimiter).tables(CHUNK)


def _header(path: str, columns: Columns, delimiter: str) -> bool | None:
    """Whether the first row is a header, where more is known than whether it has numbers.

    It is one if it has the names of all columns, which may be numbers; and none if it has known categories.
    """
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as file:
            first = next(filter(None, csv.reader(file, delimiter=delimiter)), [])
    except (OSError, UnicodeDecodeError, csv.Error):
        return None  # which is reported when the file is read
    first = [cell.strip() for cell in first]
    if columns.names and set(columns.names) <= set(first):
        return True
    cells = zip(first, columns.categories, strict=False)
    has_known = any(columns.categories) and all(cell in ("", *of) for cell, of in cells if of)
    return False if has_known and len(first) == columns.count else None


def _of_arrays(path: str, columns: Columns, may_be_missing: bool, features_name: str | None) -> Iterator[Array]:
    from .sources import mapped_features

    if any(columns.categories):
        raise DataError(f"{path}: expected a table, for the model has columns of texts; received an array of numbers")
    features = mapped_features(path, features_name)
    if features.shape[1] != columns.count:
        raise DataError(
            f"{path}: expected {columns.count} columns, one for each feature of the model, received {features.shape[1]}"
        )
    start = 0
    for chunk in chunks(features, CHUNK):
        if chunk.dtype.kind == "f" and not np.isfinite(chunk).all():
            bad = np.argwhere(np.isinf(chunk) if may_be_missing else ~np.isfinite(chunk))
            if len(bad):
                row, column = map(int, bad[0])
                raise DataError(
                    f"{path}, row {start + row + 1}, column {column + 1}: expected a finite number, "
                    f"received {chunk[row, column]}"
                )
        start += len(chunk)
        yield np.asarray(chunk)


def _missing(table: Table, columns: Columns, raw: Array) -> DataError:
    missing = np.argwhere(np.isnan(raw))
    positions = columns.positions(table)
    places = [f"{table.place(int(row))}, {table.column_title(positions[column])}" for row, column in missing[:SHOWN]]
    return missing_values(table.name, places, len(missing))
