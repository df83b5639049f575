"""`reading_display`: how far the reading of a large table has come; and `say_notes`: what was decided about it."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from time import monotonic

import click

from minnet_core.support import printable

from ..data import watch_reading

LARGE = 8_000_000
"""Bytes of a file whose reading is shown."""

_EVERY = 0.1


@contextmanager
def reading_display(*, shown: bool = True) -> Iterator[None]:
    """Show on standard error how far a large table has been read: on one line of a terminal, which goes away.

    Elsewhere it is a line for each file, when its reading begins.

    Args:
        shown: whether to show anything.
    """
    display = _ReadingDisplay(is_terminal=sys.stderr.isatty())
    if not shown:
        yield
        return
    try:
        with watch_reading(display.show):
            yield
    finally:
        display.clear()


class _ReadingDisplay:
    """Writes the line."""

    def __init__(self, *, is_terminal: bool) -> None:
        self.is_terminal = is_terminal
        self._seen: set[str] = set()
        self._next = 0.0
        self._is_drawn = False

    def show(self, name: str, done: int, total: int) -> None:
        """Say how much of a file has been read."""
        if total < LARGE:
            return
        if not self.is_terminal:
            if name not in self._seen:
                self._seen.add(name)
                click.echo(f"reading {printable(name)} ({total / 1e6:,.0f} MB)", err=True)
        elif monotonic() >= self._next:
            self._next, self._is_drawn = monotonic() + _EVERY, True
            click.echo(f"\r\x1b[Kreading {printable(name, 60)}  {done / total:4.0%}", err=True, nl=False)

    def clear(self) -> None:
        """Take the line away."""
        if self._is_drawn:
            click.echo("\r\x1b[K", err=True, nl=False)


def say_notes(notes: Iterable[str]) -> None:
    """Say what was decided about data that is not plain, on standard error."""
    for note in notes:
        click.echo(f"note: {printable(note, 500)}", err=True)
