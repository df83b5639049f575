"""pyarrow, the engine that reads tables: imported when one is read, and its errors told with the name of the file."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import numpy as np

from minnet_core import Array

from ...errors import DataError
from ...extras import import_extra


@lru_cache
def arrow(module: str = "") -> Any:
    """Import pyarrow, or a module of it.

    Raises:
        MissingLibraryError: if it is not installed.
    """
    return import_extra(f"pyarrow.{module}" if module else "pyarrow", "tables", "Tables")


@contextmanager
def reading(name: str, what: str) -> Iterator[None]:
    """Turn whatever a damaged file makes pyarrow raise into one error that names the file.

    Raises:
        DataError: saying that ``what`` was expected: ``a CSV file``.
    """
    errors = arrow().ArrowException
    try:
        yield
    except DataError:
        raise
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"{name}: expected {what} that can be read: {_first_line(reason)}") from None
    except (errors, ValueError, TypeError, KeyError, OverflowError, MemoryError, RecursionError) as error:
        raise DataError(f"{name}: expected {what}: {_first_line(error) or type(error).__name__}") from None


def numpy_of(values: Any) -> Array:
    """Return a pyarrow array of numbers as it is in memory, nan for null.

    ``to_numpy`` would import pandas where that is installed, which takes longer than many a table.
    """
    dtype = _DTYPES.get(str(values.type))
    if dtype is None or (values.null_count and np.dtype(dtype).kind != "f"):
        array: Array = values.to_numpy(zero_copy_only=False)
        return array
    valid, content = values.buffers()
    start, end = values.offset, values.offset + len(values)
    plain: Array = np.frombuffer(content, dtype, end)[start:] if end else np.empty(0, dtype)
    if values.null_count:
        is_there = np.unpackbits(np.frombuffer(valid, np.uint8), count=end, bitorder="little")[start:]
        plain = np.where(is_there, plain, np.array(np.nan, dtype))
    return plain


_DTYPES = {"double": np.float64, "float": np.float32, "int64": np.int64, "int32": np.int32}


def _first_line(error: object) -> str:
    return str(error).strip().partition("\n")[0][:300]
