"""Rows in memory, in whatever form people have them: `table_in_memory` and `array_in_memory`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from attrs import evolve

from minnet_core import Array

from ..errors import DataError
from .pixels import Pixels
from .tables import FrameTable, frame_of_columns, frame_of_interchange

EXPECTED = "a frame, a dict of columns, a list of dicts, an array (rows, columns), or the path of a file"
"""What rows may be."""


def table_in_memory(data: Any) -> FrameTable | None:
    """Take what has columns for a table, by what it can do: the library that made it is not imported.

    Args:
        data: a frame of pandas, polars or Arrow, or another with its interface; a dict of columns; a list of dicts,
            which are rows; an array of records; an array (rows, columns) of texts or of Python objects.

    Returns:
        The table, which may have no rows; None if it is none of these.

    Raises:
        DataError: if Arrow cannot hold what is in it.
        MissingLibraryError: if pyarrow is not installed.
    """
    name = type(data).__name__
    if hasattr(data, "__arrow_c_stream__"):
        table = FrameTable.of(data, may_be_empty=True)
    elif hasattr(data, "collect_schema") and hasattr(data, "collect"):
        raise DataError(f"expected {EXPECTED}, received {name}, which has no rows yet; collect() reads them")
    elif isinstance(data, Mapping) and data and all(map(np.isscalar, data.values())):
        raise DataError(f"expected {EXPECTED}, received a {name} of single values; a list of it, [row], is one row")
    elif isinstance(data, Mapping):
        table = frame_of_columns(data, name)
    elif _is_records(data):
        table = frame_of_columns({column: data[column] for column in data.dtype.names}, name)
    elif isinstance(data, (list, tuple)) and data and all(isinstance(row, Mapping) for row in data):
        columns = dict.fromkeys(column for row in data for column in row)
        table = frame_of_columns({column: [row.get(column) for row in data] for column in columns}, "list of dicts")
    elif hasattr(data, "columns") and hasattr(data, "__getitem__"):  # pandas before 2.2
        table = frame_of_columns({column: data[column] for column in data.columns}, name)
    elif hasattr(data, "__dataframe__"):
        table = frame_of_interchange(data)
    elif (array := _array(data)).dtype.kind == "O" and array.ndim == 2:
        columns = {str(index): column.tolist() for index, column in enumerate(array.T)}
        return evolve(frame_of_columns(columns, name), header=None)
    else:
        return None
    return table


def array_in_memory(data: Any, image: Pixels | None = None) -> Array:
    """Take rows of numbers for an array (rows, columns); what is masked is missing.

    Args:
        data: the rows.
        image: what they are, if they are images, which may have axes of their own.

    Raises:
        DataError: if it is none.
    """
    array = _array(data)
    if array.ndim == 1 and not array.size and isinstance(data, (list, tuple)):
        return np.empty((0, 0))
    if image is not None and array.ndim > 2 and array.dtype.kind in "biuf":
        return image.rows(array, type(data).__name__)
    if array.ndim != 2 or array.dtype.kind not in "biuf":
        hint = "; one row is [row]" if array.ndim == 1 and array.size else ""
        raise DataError(f"expected {EXPECTED}, received {_described(data, array)}{hint}")
    return array


def _array(data: Any) -> Array:
    if isinstance(data, np.ma.MaskedArray):
        return np.where(np.ma.getmaskarray(data), np.nan, np.asarray(data.data, np.float64))
    try:
        array: Array = np.asanyarray(data)
        # Among texts numbers would become texts too, unless each keeps its own type.
        return np.asarray(data, object) if array.dtype.kind in "US" else array
    except (ValueError, TypeError, RuntimeError) as error:
        raise DataError(f"expected {EXPECTED}, received {type(data).__name__}: {error}") from None


def _is_records(data: Any) -> bool:
    return isinstance(data, np.ndarray) and data.dtype.names is not None


def _described(data: Any, array: Array) -> str:
    is_array = array.ndim > 0 and array.dtype.kind != "O"
    return f"{array.dtype} {array.shape}" if is_array else type(data).__name__
