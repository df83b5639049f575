"""`JournalFile`: Optuna's journal in a file, which is whole again after a writer was killed, or the disk was full."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from ..errors import SweepError
from .package import JournalFileBackend, JournalFileOpenLock

GRACE = 10
"""Seconds after which nobody is there any more who has the lock: it is had for the writing of a line."""


class JournalLock(JournalFileOpenLock):
    """A lock that somebody else may have broken, for its owner had stood still: a machine that slept, a slow disk.

    What the owner writes then is appended as a whole, as ever; the lock that it finds in the end is another's, or none.
    """

    def __init__(self, path: str) -> None:
        self._path = path + ".lock"
        self._mine: tuple[int, int] | None = None
        super().__init__(path, grace_period=GRACE)

    def acquire(self) -> bool:
        """Wait for the lock, and take it."""
        with warnings.catch_warnings():
            # That somebody was killed, which the kill has told already, as warnings in versions of Optuna before 5.
            warnings.filterwarnings("ignore", "The existing lock file|It is taking longer", UserWarning)
            super().acquire()
        self._mine = self._found()
        return True

    def release(self) -> None:
        """Give the lock back, if it is still had; one that is found in the way for too long goes, too."""
        mine, self._mine = self._mine, None
        if mine is None or mine == self._found():
            with suppress(RuntimeError):  # of Optuna, if another process has broken it in this moment
                super().release()

    def _found(self) -> tuple[int, int] | None:
        try:
            status = os.stat(self._path)
        except OSError:
            return None
        return status.st_ino, status.st_mtime_ns


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
        self._own_lock = JournalLock(path)
        self._is_private = False
        super().__init__(path, lock_obj=self._own_lock)

    @contextmanager
    def private(self) -> Iterator[None]:
        """Neither lock the file nor wait for the disk while the context lasts, in which nobody else knows of it yet."""
        self._is_private = True
        try:
            yield
        finally:
            self._is_private = False
            with open(self._path, "ab") as file:
                os.fsync(file.fileno())

    def read_logs(self, log_number_from: int) -> Generator[dict[str, Any], None, None]:
        """Read the operations from a number on; raise `SweepError` at a line that is none."""
        number = log_number_from
        try:
            for operation in super().read_logs(log_number_from):
                number += 1
                if not (isinstance(operation, dict) and isinstance(operation.get("op_code"), int)):
                    raise ValueError("expected an operation")
                yield operation
        except ValueError as error:
            raise SweepError(
                f"{self._path}: expected the journal of a sweep, received another line after the {number} "
                f"first ones: {error}"
            ) from error

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        """Append operations, each on a line of its own; raise `SweepError` if the disk is full, say."""
        try:
            if self._is_private:
                with open(self._path, "ab") as file:
                    file.writelines(json.dumps(log, separators=(",", ":")).encode() + b"\n" for log in logs)
            else:
                self._append(logs)
        except OSError as error:
            reason = error.strerror or error
            raise SweepError(f"{self._path}: expected a journal that can be written to: {reason}") from error

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
