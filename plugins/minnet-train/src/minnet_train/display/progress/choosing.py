"""`choose`: the progress display for a stream."""

from __future__ import annotations

import os
import sys
from typing import TextIO

from .live import RichProgress
from .plain import PlainLines


def choose(stream: TextIO | None = None) -> RichProgress | PlainLines:
    """Return a bar for a terminal, and plain lines for a file, a pipe, or a terminal that cannot move its cursor.

    Args:
        stream: to write to; standard output, as it is now, if not given.
    """
    stream = sys.stdout if stream is None else stream
    if not stream.isatty() or os.environ.get("TERM") == "dumb":
        return PlainLines(stream)
    from rich.console import Console

    return RichProgress(Console(file=stream))
