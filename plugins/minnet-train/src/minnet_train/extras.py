"""`import_extra`: libraries that only some need, imported when they do."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from minnet_core import MinnetError


class MissingLibraryError(MinnetError, ImportError):
    """What is asked for needs a library that is not installed."""


def import_extra(module: str, extra: str, what: str) -> Any:
    """Import a module of an optional library.

    Args:
        module: what to import.
        extra: of this distribution, that installs it.
        what: what needs it: ``Parquet files``.

    Raises:
        MissingLibraryError: saying what to install.
    """
    try:
        return import_module(module)
    except ImportError as error:
        library = module.partition(".")[0]
        raise MissingLibraryError(
            f"{what}: expected {library} to be installed, received {type(error).__name__}: {error}; "
            f"pip install 'minnet-train[{extra}]'"
        ) from error
