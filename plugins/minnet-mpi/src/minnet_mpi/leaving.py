"""`Departure`: what becomes of the other processes when an error ends this one.

They wait for it, and would wait forever: a process that leaves MPI in peace waits for all others, too. So whoever fails
alone ends all, by ``MPI_Abort``, after its message has been printed. An error that all meet alike, as a key that the
experiment does not know, is told once, and each ends by itself. If all fail, each in another way, each tells its own.
"""

from __future__ import annotations

import atexit
import os
import signal
import socket
import stat
import sys
import threading
import time
from contextlib import contextmanager, suppress
from threading import Timer
from types import TracebackType
from typing import TYPE_CHECKING

import click

from minnet_core.errors import described
from minnet_core.support import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mpi4py import MPI

ALIKE = 1.0
"""So many seconds an error waits for the others to fail too, before it counts as one of this process alone."""

TURN = 0.05
"""Of several that fail, but not all, each waits so many seconds longer than the one before it: the first ends all."""

UNREAD = 2.0
"""At most so many seconds the launcher has to read a message: it ends without, if it hears of the end before."""

PASSING = 0.1
"""So many seconds more it has to pass it on."""

SIGNALLED = (130, 143)
"""The exit codes of a program that Ctrl-C or SIGTERM ended."""

LATEST = 10.0
"""After so many seconds all are ended even if this process has not come to its own end."""


class Departure:
    """How this process leaves the others.

    As a context, it is what is done together: an error that ends it is told and ends all, as above.

    Args:
        communicator: of all that train together; it is duplicated, by all of them at the same time.
    """

    def __init__(self, communicator: MPI.Intracomm) -> None:
        self._whole, self._communicator = communicator, communicator.Dup()
        self._last: tuple[BaseException, bool] | None = None  # the last error, and whether this process is to tell it
        self._code: int | None = None  # None while this process has not failed alone
        self._around: BaseException | None = None

    def __enter__(self) -> Departure:
        self._around = sys.exception()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is None and sys.exception() is not self._around:
            error = sys.exception()  # of which an earlier click than 8.2 does not tell its contexts
        is_over = isinstance(error, click.exceptions.Exit) and not error.exit_code  # how click ends what has not failed
        if error is not None and not is_over and (not self.failed(error) or isinstance(error, KeyboardInterrupt)):
            raise click.exceptions.Exit(exit_code(error))

    def failed(self, error: BaseException) -> bool:
        """Find out whether the others fail too, and see to it that all end if they do not.

        Returns:
            Whether this process is to tell the error: one does of those that fail alike.
        """
        if self._code is not None:
            return True
        if self._last is None or self._last[0] is not error:
            with interrupted_at_once():
                told = self._told_by_all(error)
            self._last = error, told is None or told.index(_told(error)) == self._communicator.rank
            if told is None:
                self._fail_alone(error)
            elif self._last[1] and len({*told} - {None}) > 1 and not _is_silent(error):
                self._wait_for_turn()
                _note(error, f"on {self._where}")
        return self._last[1]

    @property
    def _where(self) -> str:
        return f"rank {self._communicator.rank} of {self._communicator.size}, {printable(socket.gethostname())}"

    def _wait_for_turn(self) -> None:
        time.sleep(min(self._communicator.rank, 40) * TURN)

    def _fail_alone(self, error: BaseException) -> None:
        self._wait_for_turn()
        _note(error, f"on {self._where}, which ends all of them")
        if _is_silent(error) and exit_code(error) not in SIGNALLED:  # whoever sent a signal knows why all end
            print(f"{self._where}, left before the others, which ends all of them", file=sys.stderr)
        self._code = exit_code(error) or 1
        atexit.register(self.end_all)  # when everybody who handles the error has told it, and put things in order
        timer = Timer(LATEST, self.end_all)
        timer.daemon = True
        timer.start()

    def end_all(self) -> None:
        """End all processes, this one included, when what it has told is with their launcher, who adds something."""
        with interrupted_at_once():
            pass_on_output()
            self._whole.Abort(self._code or 1)

    def watch_uncaught_errors(self) -> None:
        """Do the same for an error that ends the program, rather than a command; `sys.excepthook` is replaced."""
        before: Callable[..., object] = sys.excepthook

        def told_together(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
            if self.failed(error):
                before(kind, error, traceback)

        sys.excepthook = told_together

    def _told_by_all(self, error: BaseException) -> list[str | None] | None:
        """What each tells, if it tells anything, if all of them fail within a moment; else None."""
        request, until = self._communicator.Ibarrier(), time.monotonic() + ALIKE
        while not request.Test():
            if time.monotonic() > until:
                return None
            time.sleep(0.002)
        return self._communicator.allgather(_told(error))


def exit_code(error: BaseException) -> int:
    """The exit code of a program that an error ends, as click and Python choose it.

    >>> errors = ValueError(), SystemExit(130), SystemExit("?"), click.UsageError("?"), KeyboardInterrupt()
    >>> [exit_code(error) for error in errors]
    [1, 130, 1, 2, 130]
    """
    if isinstance(error, SystemExit):
        code = error.code or 0
        return code if isinstance(code, int) else 1
    if isinstance(error, (click.ClickException, click.exceptions.Exit)):
        return error.exit_code
    return 130 if isinstance(error, KeyboardInterrupt) else 1


@contextmanager
def interrupted_at_once() -> Iterator[None]:
    """Have Ctrl-C kill this process, and with it all, where its `KeyboardInterrupt` would come late, or leave them."""
    before = signal.getsignal(signal.SIGINT)
    if before in (None, signal.SIG_IGN) or threading.current_thread() is not threading.main_thread():
        yield
        return
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def pass_on_output() -> None:
    """Wait until what was told is with the launcher, which does not read it any more once it hears of the end."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):
            stream.flush()
            _wait_until_read(stream.fileno())
    time.sleep(PASSING)


def _wait_until_read(descriptor: int) -> None:
    """Wait until a pipe is empty, where the system tells."""
    if sys.platform == "win32" or not stat.S_ISFIFO(os.fstat(descriptor).st_mode):
        return
    import fcntl
    import termios

    until, unread = time.monotonic() + UNREAD, bytes(4)
    while any(fcntl.ioctl(descriptor, termios.FIONREAD, unread)) and time.monotonic() < until:
        time.sleep(0.002)


def _told(error: BaseException) -> str | None:
    """The error itself, not its notes: one of them says what is left, say, that others do not know."""
    if isinstance(error, click.ClickException) and error.__cause__ is not None:
        error = error.__cause__  # which it tells, with its notes
    return None if _is_silent(error) else described(error)


def _is_silent(error: BaseException) -> bool:
    return isinstance(error, (SystemExit, KeyboardInterrupt, click.exceptions.Exit))


def _note(error: BaseException, text: str) -> None:
    """Add a line to an error; of its own ones, click prints the message alone."""
    if isinstance(error, click.ClickException):
        error.message = f"{error.message}\n{text}"  # type: ignore[misc]  # which is final for subclasses
    else:
        error.add_note(text)
