"""`joining` and `Unjoined`: what becomes of the others if this process cannot join them.

They wait for it while MPI begins, and mpiexec of MPICH lets them wait forever: that a process ends, with whatever exit
code, tells it nothing before. That one is killed, by itself too, does.
"""

from __future__ import annotations

import atexit
import os
import signal
import sys
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING

from attrs import define

from .leaving import exit_code, interrupted_at_once, pass_on_output

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def joining() -> Iterator[None]:
    """Join the others while the context lasts: if that fails, and ends the program, all end.

    Ctrl-C ends the program at once, even where a function of MPI waits for the others and no code of Python runs.
    """
    try:
        with interrupted_at_once():
            yield
    except BaseException:
        _end_all_by_uncaught_errors()
        raise


@define(eq=False)
class Unjoined:
    """A context in which a command joins the others: an error that ends the command ends all when it has been told.

    Attributes:
        has_joined: whether this is over.
    """

    has_joined: bool = False

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, traceback: TracebackType | None) -> None:
        error = error or sys.exception()  # of which an earlier click than 8.2 does not tell its contexts
        if not self.has_joined and error is not None and exit_code(error):
            atexit.register(_end_all)


def _end_all_by_uncaught_errors() -> None:
    """See to it that an error that ends the program, if nobody catches it, ends all after it has been printed."""
    before: Callable[..., object] = sys.excepthook

    def last(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
        before(kind, error, traceback)
        atexit.register(_end_all)

    sys.excepthook = last


def _end_all() -> None:
    """Kill this process, which its launcher notices."""
    with interrupted_at_once():
        pass_on_output()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGTERM)
