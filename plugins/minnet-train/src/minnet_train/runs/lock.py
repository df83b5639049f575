"""`run_lock`: one process at a time works on a run.

The operating system holds the lock, so it goes with the process that has it, however that ends: there is nothing to
clean up after a kill, and no stale number of a process that is another one by now.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from ..errors import RunError
from .own_file import own_file


@contextmanager
def run_lock(path: Path) -> Iterator[int]:
    """Hold the lock on a run directory while the context lasts.

    Args:
        path: a file, made if it is not there, that says who holds the lock; it stays.

    Yields:
        The descriptor of the file.

    Raises:
        RunError: if another process has the lock, which is named; or the file cannot be written.
    """
    try:
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
        descriptor = os.open(own_file(path), flags, 0o666)
    except OSError as error:
        raise RunError(f"{path.parent}: expected a folder that can be written to: {error.strerror or error}") from error
    try:
        _lock(descriptor)
    except OSError as error:
        if isinstance(error, (BlockingIOError, PermissionError)):  # the latter on Windows
            os.lseek(descriptor, 0, os.SEEK_SET)
            holder = os.read(descriptor, 1000).decode(errors="replace").strip() or "another process"
            reason = f"expected a run that no other process is using, received one held by {holder}"
        else:
            reason = f"expected a file system on which files can be locked: {error.strerror}"
        os.close(descriptor)
        raise RunError(f"{path.parent}: {reason}") from error
    now = datetime.now().astimezone().isoformat(" ", "seconds")
    _say(descriptor, f"process {os.getpid()} on {socket.gethostname()}, since {now}\n")
    try:
        yield descriptor
    finally:
        _say(descriptor, "")
        _unlock(descriptor)
        os.close(descriptor)


def _say(descriptor: int, text: str) -> None:
    if os.fstat(descriptor).st_nlink > 1:  # a hard link: it is another one's too, who may have written anything in it
        return
    with suppress(OSError):  # on a full disk the lock holds all the same; only its name is missing
        os.ftruncate(descriptor, 0)
        os.lseek(descriptor, 0, os.SEEK_SET)
        os.write(descriptor, text.encode())


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
