"""Small files of every format that a source reads, for the conformance kit to try the sources with."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from minnet_core import Array

from ...extras import import_extra

TABLE = {
    "length": [4.5, 5.0, 6.5, 4.0, 7.25, 6.0, 5.5, 4.75],
    "width": [3.0, 3.5, 2.5, 3.25, 3.0, 2.75, 4.0, 3.75],
    "soil": ["clay", "sand", "clay", "peat", "sand", "sand", "clay", "peat"],
    "species": ["setosa", "setosa", "virginica", "setosa", "virginica", "virginica", "setosa", "setosa"],
}
"""Columns of numbers and of texts, by name; the last is the target."""


def write_csv(path: Path) -> None:
    """Write the table as a CSV file."""
    rows = zip(*TABLE.values(), strict=True)
    lines = [",".join(TABLE), *(",".join(map(str, row)) for row in rows)]
    path.write_text("\n".join([*lines, ""]), "utf-8")


def write_json_lines(path: Path) -> None:
    """Write the table as JSON lines."""
    rows = zip(*TABLE.values(), strict=True)
    path.write_text("".join(json.dumps(dict(zip(TABLE, row, strict=True))) + "\n" for row in rows), "utf-8")


def write_parquet(path: Path) -> None:
    """Write the table as a Parquet file.

    Raises:
        MissingLibraryError: if pyarrow is not installed.
    """
    table = import_extra("pyarrow", "tables", "Parquet files").table(TABLE)
    import_extra("pyarrow.parquet", "tables", "Parquet files").write_table(table, str(path))


def write_feather(path: Path) -> None:
    """Write the table as a Feather file.

    Raises:
        MissingLibraryError: if pyarrow is not installed.
    """
    table = import_extra("pyarrow", "tables", "Feather files").table(TABLE)
    import_extra("pyarrow.feather", "tables", "Feather files").write_feather(table, str(path))


def arrays() -> tuple[Array, Array]:
    """Images of bytes (rows, 3, 4), and labels."""
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (20, 3, 4), dtype=np.uint8), rng.integers(0, 3, 20).astype(np.uint8)


def write_idx(path: Path, array: Array) -> None:
    """Write an array of bytes as an IDX file."""
    header = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes()
    path.write_bytes(header + array.tobytes())
