"""`run_lock`: one process at a time works on a run.

The operating system holds the lock, so it goes with the process that has it, however that ends: there is nothing to
clean up after a kill, and no stale number of a process that is another one by now.
"""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from ..errors import RunError, RunHeldError
from .own_file import is_own_file, own_file

_ATTEMPTS = 10
"""So often a lock is asked for, 10 ms apart: another process may have it for an instant, to look who holds it."""


@contextmanager
def run_lock(path: Path) -> Iterator[int]:
    """Hold the lock on a run directory while the context lasts.

    Args:
        path: a file, made if it is not there, that says who holds the lock; it stays.

    Yields:
        The descriptor of the file.

    Raises:
        RunHeldError: if another process has the lock, which is named.
        RunError: if the file cannot be written.
    """
    descriptor = _locked(path)
    now = datetime.now().astimezone().isoformat(" ", "seconds")
    _say(descriptor, f"process {os.getpid()} on {socket.gethostname()}, since {now}\n")
    try:
        yield descriptor
    finally:
        _say(descriptor, "")
        _unlock(descriptor)
        os.close(descriptor)


def _locked(path: Path) -> int:
    """Lock the file that is at a path now: one that was deleted meanwhile, with its run, keeps nobody out."""
    for _ in range(_ATTEMPTS):
        try:
            flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
            descriptor = os.open(own_file(path), flags, 0o666)
        except OSError as error:
            reason = f"expected a folder that can be written to: {error.strerror or error}"
            raise RunError(f"{path.parent}: {reason}") from error
        try:
            _lock_soon(descriptor)
        except OSError as error:
            kind = RunHeldError if isinstance(error, _HELD) else RunError
            reason = (
                f"expected a run that no other process is using, received one held by {_holder(descriptor)}"
                if kind is RunHeldError
                else f"expected a file system on which files can be locked: {error.strerror}"
            )
            os.close(descriptor)
            raise kind(f"{path.parent}: {reason}") from error
        with suppress(OSError):
            if os.path.samestat(os.fstat(descriptor), os.lstat(path)):
                return descriptor
        os.close(descriptor)
    raise RunError(f"{path.parent}: expected a run that no other process is deleting, received one that is deleted")


def lock_holder(path: Path) -> str | None:
    """Say who holds the lock on a run directory, as `run_lock` has it; None if nobody does.

    Nothing is written, and nobody who wants the lock at this moment is refused it.

    Args:
        path: of the file that `run_lock` makes.
    """
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    if not is_own_file(path):
        return None
    try:
        descriptor = os.open(path, flags)
    except OSError:  # whoever may not read it cannot tell
        return None
    try:
        _lock(descriptor, is_shared=True)
        _unlock(descriptor)
    except OSError as error:
        return _holder(descriptor) if isinstance(error, _HELD) else None
    finally:
        os.close(descriptor)
    return None


_HELD = (BlockingIOError, PermissionError)
"""What is raised when another process has a lock; the latter on Windows."""


def _lock_soon(descriptor: int) -> None:
    for _ in range(_ATTEMPTS - 1):
        try:
            return _lock(descriptor)
        except _HELD:
            time.sleep(0.01)
    return _lock(descriptor)


def _holder(descriptor: int) -> str:
    os.lseek(descriptor, 0, os.SEEK_SET)
    return os.read(descriptor, 1000).decode(errors="replace").strip() or "another process"


def _say(descriptor: int, text: str) -> None:
    if os.fstat(descriptor).st_nlink > 1:  # a hard link: it is another one's too, who may have written anything in it
        return
    with suppress(OSError):  # on a full disk the lock holds all the same; only its name is missing
        os.ftruncate(descriptor, 0)
        os.lseek(descriptor, 0, os.SEEK_SET)
        os.write(descriptor, text.encode())


if sys.platform == "win32":  # pragma: no cover
    import msvcrt

    def _lock(descriptor: int, *, is_shared: bool = False) -> None:
        """Lock a byte far behind the text, which others can then still read."""
        os.lseek(descriptor, 1 << 20, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        os.lseek(descriptor, 0, os.SEEK_SET)

    def _unlock(descriptor: int) -> None:
        """Leave it to the end of the descriptor, which no other process has."""
else:
    import fcntl

    def _lock(descriptor: int, *, is_shared: bool = False) -> None:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if is_shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)

    def _unlock(descriptor: int) -> None:
        """Give the lock up, also for processes that were forked meanwhile, and have the descriptor too."""
        fcntl.flock(descriptor, fcntl.LOCK_UN)
