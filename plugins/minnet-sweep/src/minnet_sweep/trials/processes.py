"""`Workers`: worker processes on this machine, each with one thread that multiplies, started, watched and ended."""

from __future__ import annotations

import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import IO

from attrs import define, field

from minnet_train.training import VARIABLES, Interruption

from ..errors import SweepError
from .folder import SweepFolder

_POLL = 0.1
_MOST_REPLACED = 10
_ASKED = (128 + signal.SIGINT, 128 + signal.SIGTERM)
"""What a worker that was asked to end says when it has ended."""


@define(eq=False)
class Workers:
    """The processes of ``minnet sweep run``, each of which is a ``minnet sweep work``.

    They are in sessions of their own: Ctrl-C reaches this process alone, which passes it on once. One that is killed is
    replaced while there is something left to do; one that somebody asked to end, and no other, is not.

    Attributes:
        folder: of the sweep.
        count: how many.
        interruption: what asks to stop.
    """

    folder: SweepFolder
    count: int
    interruption: Interruption
    _running: dict[int, subprocess.Popen[bytes]] = field(factory=dict, init=False)
    _logs: dict[int, IO[bytes]] = field(factory=dict, init=False)
    _replaced: int = field(default=0, init=False)
    _is_stopping: bool = field(default=False, init=False)
    _asked: int = field(default=0, init=False)

    def run(self, watch: Callable[[], None]) -> None:
        """Start them, and wait until all have ended.

        Args:
            watch: is called a few times a second meanwhile, and less often if it takes more than a tenth of the time.

        Raises:
            SweepError: if one ended with an error, whose last lines are passed on; the others are stopped.
        """
        self.interruption.stop = self.stop
        failed: int | None = None
        watch_at = 0.0
        try:
            for index in range(self.count):
                if not self._is_stopping:
                    self._start(index)
            while self._running:
                with suppress(subprocess.TimeoutExpired):  # or one of the others ends, which is seen a moment later
                    next(iter(self._running.values())).wait(_POLL)
                if (began := time.monotonic()) >= watch_at:
                    watch()
                    watch_at = began + 10 * (time.monotonic() - began)
                for index, process in list(self._running.items()):
                    if (code := process.poll()) is None:
                        continue
                    self._ended(index)
                    if code < 0 and not self._is_stopping and self._is_unfinished():
                        self._replace(index)
                    elif code in _ASKED:
                        self._asked += 1
                    elif code > 0 and not self._is_stopping:
                        failed = index
                        self.stop()
            watch()
        finally:
            with _undisturbed():  # by somebody who presses Ctrl-C again and again, whose workers would be left behind
                self.interruption.stop = None
                self._end_all()
        if failed is not None:
            raise SweepError(f"a worker ended with an error, and the others were stopped: {self._last_lines(failed)}")
        if self._asked and not self._is_stopping and self._is_unfinished():
            raise SweepError(
                f"{self._asked} of the workers were asked to end, by SIGTERM say, and something is left to do; "
                f"minnet sweep run {shlex.quote(str(self.folder.path))} goes on"
            )

    def stop(self) -> None:
        """Ask all of them to save what they have, and to end."""
        self._is_stopping = True
        for process in self._running.values():
            if sys.platform != "win32":  # where Ctrl-C has reached all of them
                _signal(process, signal.SIGINT)

    def _start(self, index: int) -> None:
        # Matrices of small networks are multiplied no faster by several threads, and the others have no processor left.
        variables = {**os.environ, **dict.fromkeys(VARIABLES, "1"), "PYTHONUNBUFFERED": "1"}
        (self.folder.path / "workers").mkdir(exist_ok=True)  # which git leaves out, as any folder without files
        self._logs[index] = open(self._log(index), "ab")  # noqa: SIM115  # closed when the process has ended
        self._running[index] = subprocess.Popen(
            [sys.executable, "-m", "minnet_core", "sweep", "work", str(self.folder.path)],
            stdin=subprocess.DEVNULL,
            stdout=self._logs[index],
            stderr=subprocess.STDOUT,
            env=variables,
            start_new_session=True,
        )
        if self._is_stopping:  # asked while this one was not known yet
            self.stop()

    def _replace(self, index: int) -> None:
        self._replaced += 1
        if self._replaced > _MOST_REPLACED:
            again = f"minnet sweep run {shlex.quote(str(self.folder.path))}"
            raise SweepError(f"{_MOST_REPLACED} workers were killed; {again} goes on")
        self._start(index)

    def _ended(self, index: int) -> None:
        del self._running[index]
        self._logs.pop(index).close()

    def _is_unfinished(self) -> bool:
        study, sweep = self.folder.study(), self.folder.sweep
        states = {each.state for each in study.trials()}
        if "running" in states:
            return True
        if sweep.seconds is not None and study.seconds() >= sweep.seconds:
            return False
        return "waiting" in states or (sweep.trials is None and sweep.sampler != "grid")

    def _log(self, index: int) -> str:
        return str(self.folder.path / "workers" / f"{socket.gethostname()}-{index}.log")

    def _last_lines(self, index: int) -> str:
        with open(self._log(index), encoding="utf-8", errors="replace") as file:
            return "\n".join(file.read().splitlines()[-12:])

    def _end_all(self) -> None:
        """End what still runs when something has gone wrong here, or somebody does not want to wait."""
        for process in self._running.values():
            if self._is_stopping and sys.platform != "win32":
                _signal(process, signal.SIGINT)  # the second one, after which a worker saves nothing more
            else:
                process.terminate()
        for index in list(self._running):
            try:
                self._running[index].wait(10)
            except subprocess.TimeoutExpired:
                self._running[index].kill()
                self._running[index].wait()
            self._ended(index)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Have signals wait while the context lasts, where that can be; it may last for some seconds."""
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    if process.poll() is None:
        process.send_signal(number)


def processors() -> int:
    """Count the processors that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1
