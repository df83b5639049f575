"""`Interruption`: Ctrl-C and SIGTERM, which ask a run to end rather than ending it."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, Self

from attrs import define, field

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@define(eq=False)
class Interruption:
    """A context in which the first SIGINT or SIGTERM calls `stop`, and the second ends the program.

    While there is nothing to stop, the first one ends the program too, by a `SystemExit` with the code shells know.
    Within the context it is a `KeyboardInterrupt`, which nobody takes for an error of the code that it came upon.
    Outside the main thread, and for a signal that the parent process had ignored, nothing is changed.

    Attributes:
        stop: asks what is running to end soon; None if nothing is.
        one_request: seconds in which the other of the two signals is no second request, but the first one once more, as
            where a scheduler and a parent process both pass it on.
        received: the signal that came, or None.
    """

    stop: Callable[[], Any] | None = None
    one_request: float = 0.0
    received: signal.Signals | None = field(default=None, init=False)
    _since: float = field(default=0.0, init=False, repr=False)
    _before: dict[signal.Signals, Any] = field(factory=dict, init=False, repr=False)

    @property
    def exit_code(self) -> int:
        """What a shell says of a program that the signal ended: 130 for SIGINT, 143 for SIGTERM; 0 without one."""
        return 0 if self.received is None else 128 + self.received

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for each in SIGNALS:
                if signal.getsignal(each) is not signal.SIG_IGN:  # as under nohup, or in the background of a script
                    self._before[each] = signal.signal(each, self._handle)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for each, handler in self._before.items():
            signal.signal(each, handler)
        self._before.clear()
        if self.received is not None and isinstance(error, KeyboardInterrupt):
            raise SystemExit(self.exit_code) from error

    def _handle(self, number: int, frame: FrameType | None) -> None:
        again = self.received is not None
        if again and number != self.received and time.monotonic() < self._since + self.one_request:
            return
        self.received, self._since = signal.Signals(number), time.monotonic()
        if again or self.stop is None:
            signal.default_int_handler(number, frame)
        self.stop()
