"""What plugins print while they are loaded and while their hooks run: it goes to stderr, and is remembered.

On stdout it would end up in the middle of JSON; held back, it would hide the prompt of a debugger.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock, enumerate as living_threads, get_ident
from typing import Any

from ..support import printable

# Distribution -> what it has printed. A module is imported once, so this outlasts every refresh.
_captured: dict[str, str] = {}
_begun: set[str] = set()  # the distributions in the middle of a line
_REMEMBERED = 4000  # characters are enough to say what it prints; all would be copied at each print
_running: ContextVar[str | None] = ContextVar("running", default=None)  # the distribution whose code runs
_lock = Lock()
_depth = 0


def output_of(distribution: str) -> str:
    """What a distribution has printed so far while it was loaded, and while its hooks ran; empty if nothing."""
    return _captured.get(distribution, "")


@contextmanager
def fresh_capture() -> Iterator[None]:
    """Begin with nothing remembered while the context lasts."""
    before = dict(_captured)
    _captured.clear()
    try:
        yield
    finally:
        _captured.clear()
        _captured.update(before)
        _begun.clear()


class _Stream:
    """Stands in for stdout: for the thread in which a plugin runs it is stderr, for every other what it was.

    A thread that began since is one of the plugin's, which may print at any time, and so into JSON.

    A plugin may keep it, for its log say, or put it in the place of another stream: it writes to the two streams that
    there were when it was made, and never to what may have been wrapped around it since.
    """

    def __init__(self, stdout: Any, stderr: Any) -> None:
        self.stdout: Any = stdout
        self.stderr: Any = stderr.stderr if isinstance(stderr, _Stream) else stderr
        self.threads = frozenset(thread.ident for thread in living_threads())

    def write(self, text: str) -> int:
        distribution = _running.get()
        if distribution is not None:
            before = _captured.get(distribution, "")
            text, said = _prefixed(distribution, text, is_begun=distribution in _begun), text
            if said:
                _captured[distribution] = before if len(before) > _REMEMBERED else before + said
                (_begun.discard if said.endswith("\n") else _begun.add)(distribution)
        target = self._target()
        if target is not None:  # there may be no stderr, as where Python has no console
            target.write(text)
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        self.write("".join(lines))

    def flush(self) -> None:
        if self._target() is not None:
            self._target().flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._target(), name)

    def _target(self) -> Any:
        is_ours = _running.get() is None and get_ident() in self.threads
        return self.stdout if is_ours else self.stderr


def _prefixed(distribution: str, text: str, *, is_begun: bool) -> str:
    """Put the distribution at the beginning of each line, which is made printable."""
    *whole, last = text.split("\n")
    lines = [*whole, last] if last else whole
    shown = [
        printable(line) if is_begun and index == 0 else f"{distribution}: {printable(line)}"
        for index, line in enumerate(lines)
    ]
    return "\n".join(shown) + ("" if last else "\n" * bool(whole))


@contextmanager
def capture_output(distribution: str) -> Iterator[None]:
    """Remember what this thread prints while the context lasts, as that of a distribution.

    Several threads may do so at a time: the first to begin puts the stream in place, and the last to end takes it away.
    """
    global _depth
    token = _running.set(distribution)
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
        _running.reset(token)
