"""`watch_reading`: whoever wants to know how far the reading of a file has come."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Watcher = Callable[[str, int, int], None]
"""Takes the name of a file, how many of its bytes have been read, and how many there are."""

_watcher: ContextVar[Watcher | None] = ContextVar("_watcher", default=None)


@contextmanager
def watch_reading(watcher: Watcher) -> Iterator[None]:
    """Call ``watcher`` for each part of a table that is read."""
    token = _watcher.set(watcher)
    try:
        yield
    finally:
        _watcher.reset(token)


def note_reading(name: str, done: int, total: int) -> None:
    """Say how far a file has been read."""
    watcher = _watcher.get()
    if watcher is not None:
        watcher(name, done, total)
