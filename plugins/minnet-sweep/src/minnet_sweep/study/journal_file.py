"""`JournalFile`: Optuna's journal in a file, which is whole again after a writer was killed, or the disk was full."""

from __future__ import annotations

import os
import warnings
from typing import Any

from .package import JournalFileBackend, JournalFileOpenLock

GRACE = 10
"""Seconds after which nobody is there any more who has the lock: it is had for the writing of a line."""


class JournalFile(JournalFileBackend):
    """A journal whose last line may have been left unfinished.

    What is written after half a line belongs to it, and nobody could read the journal any more. The half line goes
    first: what it was to say has not been said, for its writer has never heard that it was.

    Args:
        path: of the file.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        # A file beside it, which works where locks of the operating system do not reach other machines.
        self._own_lock = JournalFileOpenLock(path, grace_period=GRACE)
        super().__init__(path, lock_obj=self._own_lock)

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        """Append operations, each on a line of its own."""
        with warnings.catch_warnings():
            # That somebody was killed, which the kill has told already, as warnings in versions of Optuna before 5.
            warnings.filterwarnings("ignore", "The existing lock file|It is taking longer", UserWarning)
            self._append(logs)

    def _append(self, logs: list[dict[str, Any]]) -> None:
        if self._ends_within_a_line():  # or another process is writing, which is over when the lock is had
            self._own_lock.acquire()
            try:
                if self._ends_within_a_line():
                    self._drop_half_a_line()
            finally:
                self._own_lock.release()
        super().append_logs(logs)

    def _ends_within_a_line(self) -> bool:
        with open(self._path, "rb") as file:
            if not file.seek(0, os.SEEK_END):
                return False
            file.seek(-1, os.SEEK_END)
            return file.read(1) != b"\n"

    def _drop_half_a_line(self) -> None:
        with open(self._path, "r+b") as file:
            content = file.read()
            file.truncate(content.rfind(b"\n") + 1)
