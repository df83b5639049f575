"""`live`: a text that is shown anew in place, once a second at most."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

EVERY = 1.0


def is_terminal() -> bool:
    """Whether somebody looks at what is printed."""
    return sys.stdout.isatty()


@contextmanager
def live(text: Callable[[], str]) -> Iterator[Callable[[], None]]:
    """Show a text while the context lasts; what it yields shows the text anew, if the last time is a while ago."""
    from rich.console import Console  # here, as nobody else needs them
    from rich.live import Live
    from rich.text import Text

    shown = 0.0
    with Live(Text(text()), console=Console(), auto_refresh=False, vertical_overflow="crop", transient=True) as display:

        def refresh() -> None:
            nonlocal shown
            if time.monotonic() - shown >= EVERY:
                shown = time.monotonic()
                display.update(Text(text()), refresh=True)

        yield refresh
