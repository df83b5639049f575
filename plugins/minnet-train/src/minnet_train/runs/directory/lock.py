"""`RunLock`: one process at a time works on a run.

The operating system holds the lock, so it goes with the process that has it, however that ends: there is nothing to
clean up after a kill, and no stale number of a process that is another one by now.
"""

from __future__ import annotations

import os
import socket
import sys
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from attrs import define, field

from .errors import RunError


@define
class RunLock:
    """A lock on a run directory, to be used once in a ``with`` statement.

    Attributes:
        path: a file, made if it is not there, that says who holds the lock; it stays.
    """

    path: Path = field(converter=Path)
    _descriptor: int = field(default=-1, init=False, repr=False)

    def __enter__(self) -> Self:
        """Take the lock.

        Raises:
            RunError: if another process has it, which is named; or the file cannot be written.
        """
        try:
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)
        except OSError as error:
            message = f"{self.path.parent}: expected a folder that can be written to: {error.strerror}"
            raise RunError(message) from error
        try:
            _lock(descriptor)
        except (BlockingIOError, PermissionError) as error:  # the latter on Windows
            os.lseek(descriptor, 0, os.SEEK_SET)
            holder = os.read(descriptor, 1000).decode(errors="replace").strip() or "another process"
            os.close(descriptor)
            raise RunError(
                f"{self.path.parent}: expected a run that no other process is using, received one held by {holder}"
            ) from error
        except OSError as error:
            os.close(descriptor)
            message = f"{self.path.parent}: expected a file system on which files can be locked: {error.strerror}"
            raise RunError(message) from error
        self._descriptor = descriptor
        now = datetime.now().astimezone().isoformat(" ", "seconds")
        self._say(f"process {os.getpid()} on {socket.gethostname()}, since {now}\n")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._say("")
        _unlock(self._descriptor)
        os.close(self._descriptor)
        self._descriptor = -1

    def _say(self, text: str) -> None:
        with suppress(OSError):  # on a full disk the lock holds all the same; only its name is missing
            os.ftruncate(self._descriptor, 0)
            os.lseek(self._descriptor, 0, os.SEEK_SET)
            os.write(self._descriptor, text.encode())


if sys.platform == "win32":  # pragma: no cover
    import msvcrt

    def _lock(descriptor: int) -> None:
        """Lock a byte far behind the text, which others can then still read."""
        os.lseek(descriptor, 1 << 20, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        os.lseek(descriptor, 0, os.SEEK_SET)

    def _unlock(descriptor: int) -> None:
        """Leave it to the end of the descriptor, which no other process has."""
else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _unlock(descriptor: int) -> None:
        """Give the lock up, also for processes that were forked meanwhile, and have the descriptor too."""
        fcntl.flock(descriptor, fcntl.LOCK_UN)
