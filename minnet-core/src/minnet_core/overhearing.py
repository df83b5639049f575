"""What plugins print while they are loaded and while their hooks run: it goes to stderr, and is remembered.

On stdout it would stand in the midst of JSON; kept back, it would hide the prompt of a debugger.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock
from typing import IO, Any, cast

# What each distribution has printed. A module is imported once, so this outlasts every refresh.
_said: dict[str, str] = {}
_speaker: ContextVar[str | None] = ContextVar("speaker", default=None)
_lock = Lock()
_depth = 0
_stream: _Stream | None = None


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
    """Stands in for stdout: for the thread in which a plugin runs it is stderr, for every other what it was."""

    def __init__(self, stdout: Any) -> None:
        self.stdout = stdout

    def write(self, text: str) -> int:
        distribution = _speaker.get()
        if distribution is not None:
            _said[distribution] = _said.get(distribution, "") + text
        return cast("int", self._meant().write(text))

    def writelines(self, lines: Iterable[str]) -> None:
        self.write("".join(lines))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._meant(), name)

    def _meant(self) -> Any:
        if _speaker.get() is not None:
            return sys.stderr
        # A plugin may have kept this stream, for its log say; outside it is whatever stdout is by then.
        return self.stdout if sys.stdout is self else sys.stdout


@contextmanager
def overheard(distribution: str) -> Iterator[None]:
    """Remember what this thread prints while the context lasts, as that of a distribution.

    Several threads may do so at a time: the first to begin puts the stream in place, and the last to end takes it away.
    """
    global _depth, _stream
    token = _speaker.set(distribution)
    with _lock:
        if _depth == 0:
            _stream = _Stream(sys.stdout)
            sys.stdout = cast("IO[str]", _stream)  # it has what a stream has
        _depth += 1
    try:
        yield
    finally:
        with _lock:
            _depth -= 1
            if _depth == 0 and _stream is not None and sys.stdout is cast("IO[str]", _stream):
                sys.stdout = _stream.stdout
        _speaker.reset(token)
