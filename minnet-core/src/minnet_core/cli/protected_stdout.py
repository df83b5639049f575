"""`protected_stdout`: only what the command itself prints reaches stdout, whatever is written to descriptor 1."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

STDOUT, STDERR = 1, 2


@contextmanager
def protected_stdout() -> Iterator[None]:
    """Let file descriptor 1 be stderr while the context lasts; ``sys.stdout`` writes to where it was before.

    What C code, child processes and ``sys.__stdout__`` write ends up on stderr, as what plugins print does. Where
    ``sys.stdout`` is no longer the process's own, as in a notebook, nothing is changed.
    """
    stdout = sys.stdout
    try:
        is_own = stdout.fileno() == STDOUT
        kept = os.dup(STDOUT) if is_own else None
    except (AttributeError, OSError, ValueError):  # there is none, or somebody has put another in its place
        kept = None
    if kept is None:
        yield
        return
    stdout.flush()
    with suppress(OSError):  # of a process without stderr
        os.dup2(STDERR, STDOUT)
    sys.stdout = open(kept, "w", encoding=stdout.encoding, errors=stdout.errors)  # noqa: SIM115  # closed below, after the flush
    try:
        yield
    finally:
        ours, sys.stdout = sys.stdout, stdout
        for stream in (ours, stdout):
            with suppress(OSError, ValueError):  # a reader that goes away is told by others
                stream.flush()
        with suppress(AttributeError, ImportError, OSError, TypeError):  # Windows has no such library
            import ctypes  # here, so that commands that print no JSON start without it

            ctypes.CDLL(None).fflush(None)  # what C code has buffered
        os.dup2(kept, STDOUT)
        with suppress(OSError, ValueError):
            ours.close()
