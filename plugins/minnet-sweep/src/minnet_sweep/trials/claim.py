"""`claimed`: one worker at a time works on a trial, and the operating system tells when it is gone.

The lock goes with the process that has it, however that ends, as the lock of a run does. A trial that is running and is
not locked is therefore one whose worker was killed, or was interrupted: no heartbeats, no waiting for what is late. On
several machines the locks of the file system must reach all of them, as those of NFS 4 do.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import BaseFileLock, FileLock, Timeout

from ..errors import SweepError


@contextmanager
def claimed(folder: Path) -> Iterator[bool]:
    """Lock a trial while the context lasts, if no other worker has it.

    Args:
        folder: of the trial; made if it is not there.

    Yields:
        Whether it is locked now.

    Raises:
        SweepError: if the folder cannot be written to.
    """
    lock = _locked(folder)
    try:
        yield lock is not None
    finally:
        if lock is not None:
            lock.release()


def _locked(folder: Path) -> BaseFileLock | None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / "lock", timeout=0)
        lock.acquire()
    except Timeout:
        return None
    except OSError as error:
        reason = error.strerror or error
        raise SweepError(f"{folder}: expected a folder in which files can be locked: {reason}") from error
    return lock
