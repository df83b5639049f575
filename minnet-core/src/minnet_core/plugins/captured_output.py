"""What plugins print while they are loaded and while their hooks run: it goes to stderr, and is remembered.

On stdout it would stand in the midst of JSON; kept back, it would hide the prompt of a debugger.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock
from typing import Any

# What each distribution has printed. A module is imported once, so this outlasts every refresh.
_said: dict[str, str] = {}
_speaker: ContextVar[str | None] = ContextVar("speaker", default=None)
_lock = Lock()
_depth = 0


def prints(distribution: str) -> str:
    """What a distribution has printed so far while it was loaded, and while its hooks ran; empty if nothing."""
    return _said.get(distribution, "")


@contextmanager
def nothing_said() -> Iterator[None]:
    """Begin with nothing remembered while the context lasts."""
    before = dict(_said)
    _said.clear()
    try:
        yield
    finally:
        _said.clear()
        _said.update(before)


class _Stream:
    """Stands in for stdout: for the thread in which a plugin runs it is stderr, for every other what it was.

    A plugin may keep it, for its log say, or put it in the place of another stream: it writes to the two streams that
    there were when it was made, and never to what may have been wrapped around it since.
    """

    def __init__(self, stdout: Any, stderr: Any) -> None:
        self.stdout: Any = stdout
        self.stderr: Any = stderr.stderr if isinstance(stderr, _Stream) else stderr

    def write(self, text: str) -> int:
        distribution = _speaker.get()
        if distribution is not None:
            before = _said.get(distribution, "")
            _said[distribution] = before + text
            text = _named(distribution, text, is_begun=bool(before) and not before.endswith("\n"))
        meant = self._meant()
        if meant is not None:  # there may be no stderr, as where Python has no console
            meant.write(text)
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        self.write("".join(lines))

    def flush(self) -> None:
        if self._meant() is not None:
            self._meant().flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._meant(), name)

    def _meant(self) -> Any:
        return self.stdout if _speaker.get() is None else self.stderr


def _named(distribution: str, text: str, *, is_begun: bool) -> str:
    """Say at the beginning of each line whose it is."""
    lines = text.splitlines(keepends=True)
    return "".join(line if is_begun and index == 0 else f"{distribution}: {line}" for index, line in enumerate(lines))


@contextmanager
def captured_output(distribution: str) -> Iterator[None]:
    """Remember what this thread prints while the context lasts, as that of a distribution.

    Several threads may do so at a time: the first to begin puts the stream in place, and the last to end takes it away.
    """
    global _depth
    token = _speaker.set(distribution)
    with _lock:
        if _depth == 0 and sys.stdout is not None:
            sys.stdout = _Stream(sys.stdout, sys.stderr)
        _depth += 1
    try:
        yield
    finally:
        with _lock:
            _depth -= 1
            if _depth == 0 and isinstance(sys.stdout, _Stream):
                sys.stdout = sys.stdout.stdout
        _speaker.reset(token)
