"""`Journal`: the reports of a run, one JSON object a line."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from attrs import field, frozen

from minnet_core.support import expect_file, write_atomically

from ..errors import RunError
from .own_file import own_file, unlinked


@frozen
class Journal:
    """A file of JSON lines, for whoever looks at a run; a run itself never goes by it.

    Attributes:
        path: of the file; need not exist until something is appended.
    """

    path: Path = field(converter=Path)

    def append(self, report: Mapping[str, Any]) -> None:
        """Add a line; a number that is not finite becomes ``null``, for JSON has no other.

        It is not synced to disk: checkpoints are, and `restore` puts right what a power cut takes.

        Raises:
            OSError: if it cannot be written; the file is then as it was.
        """
        append_line(self.path, _line(report))

    def read(self) -> list[dict[str, Any]]:
        """Read all lines; a last one that a kill or a power cut tore is left out.

        Raises:
            RunError: naming an earlier line that is no JSON object.
            OSError: if the file cannot be read.
        """
        try:
            *lines, _ = expect_file(self.path).read_bytes().split(b"\n")
        except FileNotFoundError:
            return []
        if (whole := _all_at_once(lines)) is not None:
            return whole
        reports = []
        for number, line in enumerate(lines, 1):
            try:
                report = json.loads(line)
            except (ValueError, RecursionError):
                report = None
            if isinstance(report, dict):
                reports.append(report)
            elif number < len(lines):
                raise RunError(f"{self.path}, line {number}: expected a JSON object, received {line[:80]!r}")
        return reports

    def restore(self, reports: Iterable[Mapping[str, Any]]) -> None:
        """Make the file hold these reports and no other, whatever was in it; it is synced to disk if it changes."""
        contents = b"".join(map(_line, reports))
        before = self.path.read_bytes() if own_file(self.path).exists() else b""
        if contents != before:
            write_atomically(self.path, contents)


def _all_at_once(lines: list[bytes]) -> list[dict[str, Any]] | None:
    """Read lines that are all objects in half the time that it takes to read each by itself; None if they are not."""
    try:
        reports = json.loads(b"[%b]" % b",".join(lines))
    except (ValueError, RecursionError):
        return None
    is_whole = len(reports) == len(lines) and all(isinstance(report, dict) for report in reports)
    return reports if is_whole else None


def append_line(path: Path, line: bytes, *, is_synced: bool = False) -> None:
    """Add a line to a file, or nothing if that raises."""
    with open(unlinked(own_file(path)), "ab", buffering=0, opener=_not_following) as file:
        before = file.seek(0, os.SEEK_END)
        try:
            while line:  # a disk that is almost full takes a part
                line = line[file.write(line) :]
            if is_synced:
                os.fsync(file.fileno())
        except BaseException:
            file.truncate(before)
            raise


def _not_following(path: str, flags: int) -> int:
    """Open a file that may have become a link since it was looked at."""
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), 0o666)


def _line(report: Mapping[str, Any]) -> bytes:
    return json.dumps(finite(report), allow_nan=False).encode() + b"\n"


def finite(value: Any) -> Any:
    """Write what JSON can hold: a number that is not finite becomes None."""
    if isinstance(value, Mapping):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
