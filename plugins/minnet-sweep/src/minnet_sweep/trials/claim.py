"""`claimed`: one worker at a time works on a trial, and the operating system tells when it is gone.

The lock is one as that of a run, and goes with the process that has it, however that ends. A trial that is running and
is not locked is therefore one whose worker was killed, or was interrupted: no heartbeats, no waiting for what is late.
On several machines the locks of the file system must reach all of them, as those of NFS 4 do.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from minnet_train.errors import RunHeldError
from minnet_train.runs import lock_holder, names, run_lock

from ..errors import SweepError


@contextmanager
def claimed(folder: Path) -> Iterator[bool]:
    """Lock a trial while the context lasts, if no other worker has it.

    Args:
        folder: of the trial; made if it is not there.

    Yields:
        Whether it is locked now.

    Raises:
        SweepError: if the folder cannot be made.
        RunError: if it cannot be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or error
        raise SweepError(f"{folder}: expected a folder in which files can be locked: {reason}") from error
    lock = folder / names.LOCK
    with ExitStack() as held:
        is_free = lock_holder(lock) is None  # else it would be waited for a while
        if is_free:
            try:
                held.enter_context(run_lock(lock))
            except RunHeldError:  # somebody was faster
                is_free = False
        yield is_free
