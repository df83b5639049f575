"""`need`: a library that only part of this distribution needs, and that is installed as an extra."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from minnet_core import MinnetError


class MissingExtraError(MinnetError, ImportError):
    """Something was asked for that needs a library which is not installed."""


def need(module: str, extra: str, purpose: str) -> ModuleType:
    """Import a module of an optional library.

    Args:
        module: its dotted name.
        extra: of minnet-train, which installs it.
        purpose: what needs it, as the beginning of a sentence.

    Raises:
        MissingExtraError: with the ``pip install`` line, if the library is not there; one that is there and fails to be
            imported raises what it raises.

    >>> need("no_such_library", "plot", "minnet plot")
    Traceback (most recent call last):
    minnet_train.extras.MissingExtraError: minnet plot needs no_such_library; pip install 'minnet-train[plot]'
    """
    library = module.partition(".")[0]
    if find_spec(library) is None:
        raise MissingExtraError(f"{purpose} needs {library}; pip install 'minnet-train[{extra}]'")
    return import_module(module)
