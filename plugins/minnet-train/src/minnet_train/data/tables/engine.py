"""pyarrow, the engine that reads tables: imported when one is read, and its errors told with the name of the file."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

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


def _first_line(error: object) -> str:
    return str(error).strip().partition("\n")[0][:300]
