"""`HistoryFile`: the reports that belong to the checkpoints of a run, each written once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from attrs import define, field

from minnet_core.support import write_atomically

from ..errors import CheckpointError
from .journal import append_line
from .own_file import is_own_file, own_file


@define
class HistoryFile:
    """A file of JSON lines, one for each epoch; nan and infinity are as Python writes them.

    A checkpoint holds how many bytes of it belong to it, and their digest, so that it is as large, and takes as long,
    however many epochs there were. A report is on the disk before the first checkpoint that it belongs to; what a kill
    leaves behind the last one belongs to none, and is cut off by `restore`.

    Attributes:
        path: of the file.
        copy: of a file that has the same lines, unless a number is not finite: it is read if ``path`` is damaged.
        count: how many reports are in it.
    """

    path: Path
    copy: Path
    count: int = field(default=0, init=False, eq=False)
    _size: int = field(default=0, init=False, eq=False, repr=False)
    _hasher: Any = field(factory=hashlib.sha256, init=False, eq=False, repr=False)

    def append(self, report: Mapping[str, Any]) -> None:
        """Add a report, synced to disk; raise `OSError` if it cannot be written: the file is then as it was."""
        line = _line(report)
        append_line(self.path, line, is_synced=True)
        self.count, self._size = self.count + 1, self._size + len(line)
        self._hasher.update(line)

    def mark(self) -> dict[str, Any]:
        """Return what a checkpoint holds in place of the reports so far."""
        return {"bytes": self._size, "sha256": self._hasher.hexdigest()}

    def read(self, mark: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Read the reports that `mark` was returned after; raise `CheckpointError` if they are in neither file."""
        size, digest = int(mark["bytes"]), mark["sha256"]
        for path in (self.path, self.copy):
            if size and not is_own_file(path):
                continue
            data = _beginning(path, size) if size > 0 else b""
            if hashlib.sha256(data).hexdigest() == digest:
                return [json.loads(line) for line in data.splitlines()]
        raise CheckpointError(
            f"expected its reports in the first {size:,} bytes of {self.path} or {self.copy}, received others"
        )

    def restore(self, reports: Iterable[Mapping[str, Any]]) -> None:
        """Make the file hold these reports and no other, whatever was in it; it is synced to disk if it changes."""
        lines = [_line(report) for report in reports]
        contents = b"".join(lines)
        if contents != (_beginning(self.path, len(contents) + 1) if is_own_file(self.path) else b""):
            self.path.parent.mkdir(exist_ok=True)
            write_atomically(own_file(self.path), contents)
        self.count, self._size, self._hasher = len(lines), len(contents), hashlib.sha256(contents)


def _beginning(path: Path, size: int) -> bytes:
    """Read no more than so many bytes of a file, which may be larger than memory."""
    with path.open("rb") as file:
        return file.read(min(size, path.stat().st_size))


def _line(report: Mapping[str, Any]) -> bytes:
    return json.dumps(report).encode() + b"\n"
