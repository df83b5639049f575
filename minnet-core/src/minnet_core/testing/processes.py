"""Reports of many cases by several processes: each has one case at a time, and what ends a process fails that alone."""

from __future__ import annotations

import faulthandler
import multiprocessing
import os
import signal
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from types import ModuleType
from typing import Any

from ..nn import FilledShape
from ..support import printable, where_in_dump
from .cases import Case
from .check import Check
from .checks import OWN_CHECKS, checks_by_name, checks_for, named_check
from .report import Report, Result
from .runner import Examination, examine

PER_PROCESS = 8
"""How many cases are worth the start of a process, which takes as long as two or three of them."""

LIMIT = 300.0
"""Seconds that a case may take, of which most take a tenth of one: nobody waits longer to see what hangs."""

BLAS_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
"""Set to 1 for each process: together they would start as many threads as the square of what there are processors."""

SAFE_PATH = "PYTHONSAFEPATH"
"""Set for each process while it starts: Python's own modules are not looked for in the current folder."""

PATIENCE = 2.0
"""Seconds without a word after which a process is asked whether it is still there: its pipe may be kept open by one
that it started."""

DUMPED = ("Timeout (", "Fatal Python error:", "Thread 0x", "Current thread", "  File ", "  ...", "Extension modules:")
"""How the lines begin that `faulthandler` writes, besides what the component wrote."""


def usual_jobs(cases: Sequence[Case]) -> int:
    """How many processes some cases are worth: at most one for each processor that this one may use."""
    # 3.13 has os.process_cpu_count; where neither is there, all processors are this one's.
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(usable, len(cases) // PER_PROCESS))


def examine_all(
    cases: Sequence[Case],
    make_cases: Callable[[], Sequence[Case]],
    checks: Iterable[str] | None = None,
    *,
    jobs: int = 1,
    limit: float = LIMIT,
) -> list[Report]:
    """Run the checks of many cases; see `examine`.

    Args:
        cases: the cases, in whose order the reports are.
        make_cases: makes them again, in each process: classes that lie in a file cannot be pickled. It itself must be.
        checks: names of the checks to run (and of what they need); all if not given.
        jobs: how many processes run at a time; with 1, everything runs in this one.
        limit: the seconds that a case may take in a process of its own before it is ended.

    Returns:
        Reports that do not depend on the number of jobs, but that with 1 a component which ends its process, or does
        not end, leaves none.

    Raises:
        RuntimeError: if a process ends before it has made the cases: no component is to blame.
    """
    names = None if checks is None else tuple(checks)
    if jobs == 1:
        return [examine(case, names) for case in cases]
    waiting = deque(sorted(range(len(cases)), key=lambda index: -_axes(cases[index])))
    reports: dict[int, Report] = {}
    workers: list[_Worker] = []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        try:
            for number in range(min(jobs, len(cases))):
                workers.append(_Worker(cases, make_cases, names, limit, Path(folder) / str(number)))
                workers[-1].take(waiting.popleft())
            known = checks_by_name()  # of plugins, which are loaded while the processes start
            while len(reports) < len(cases):
                ready = wait([worker.connection for worker in workers], PATIENCE)
                for worker in [each for each in workers if each.connection in ready or each.has_ended()]:
                    report = worker.hear(known)
                    if report is None:
                        continue
                    reports[worker.index] = report
                    if waiting:
                        worker.take(waiting.popleft())
                    else:
                        workers.remove(worker)
                        worker.end()
        finally:
            for worker in workers:
                worker.end()
    return [reports[index] for index in range(len(cases))]


def _axes(case: Case) -> int:
    """How many axes the inputs of a case have: the more, the longer it takes, and what takes long begins first."""

    def count(shape: Any) -> int:
        is_table = not isinstance(shape, FilledShape) and bool(shape) and isinstance(shape[0], tuple)
        return sum(map(count, shape)) if is_table else len(shape)

    return max(map(count, case.shapes), default=0)


class _Worker:
    """A process that examines one case after the other, seen from here; one that ends is followed by another."""

    def __init__(
        self,
        cases: Sequence[Case],
        make_cases: Callable[[], Sequence[Case]],
        checks: tuple[str, ...] | None,
        limit: float,
        words: Path,
    ) -> None:
        self._cases = cases
        self._arguments = (make_cases, checks, limit, words)
        self._main = _main_that_needs(self._arguments)
        self._limit = limit
        self._words = words
        self._start()

    def _start(self) -> None:
        # Not forked: a copy of this process has threads of BLAS, and locks of others, in whatever state they were.
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        arguments = (theirs, list(sys.path), SAFE_PATH in os.environ, *self._arguments)
        # No daemon, which could not start processes of its own, as a component may.
        self.process = context.Process(target=_work, args=arguments, name="minnet check")
        self._has_begun = False
        with _settings_of_processes(self._main):
            self.process.start()
        theirs.close()

    def take(self, index: int) -> None:
        """Begin with a case."""
        if not self.process.is_alive():
            self._start()
        self.index = index
        self._checks: list[Check] = []
        self._begun: list[Check] = []
        self._results: dict[str, Result] = {}
        with suppress(OSError):  # it has ended meanwhile, as `hear` tells
            self.connection.send((index, self._cases[index].name))

    def hear(self, known: Mapping[str, Check]) -> Report | None:
        """Read what the process says; return the report of the case when it is there, or the process has ended."""
        try:
            if self.has_ended():
                raise EOFError
            message = self.connection.recv()
        except (EOFError, OSError):
            self.process.join(5)  # its end of the pipe is closed: nothing keeps it, unless it closed that itself
            self.end()
            return self._report_of_the_end()
        if isinstance(message, Report):
            return message
        if isinstance(message, Result):
            self._results[message.check] = message
            self._begun.remove(known[message.check])
        elif isinstance(message, str):
            self._begun.append(known[message])
        elif message is None:
            self._has_begun = True
        else:
            self._checks = [known[name] for name in message]
        return None

    def has_ended(self) -> bool:
        """Whether the process has ended, and what it said has been read."""
        return not self.process.is_alive() and not self.connection.poll()

    def end(self) -> None:
        """End the process, whatever it does."""
        self.process.kill()
        self.process.join()
        self.connection.close()

    def _report_of_the_end(self) -> Report:
        if not self._has_begun:
            raise RuntimeError(
                "expected a process that makes the cases once more, received one with exit code "
                f"{self.process.exitcode}; a script whose own classes are checked calls examine_all() under "
                "if __name__ == '__main__':, and jobs=1 needs no process"
            )
        # Before any check runs, the component is made to see what it is, as the first check does.
        blamed = self._begun[-1] if self._begun else OWN_CHECKS[0]
        return Examination(self._cases[self.index]).ended(
            blamed, self._how_it_ended(), self._results.values(), self._checks or [blamed]
        )

    def _how_it_ended(self) -> str:
        words = self._words.read_text("utf-8", errors="replace")
        where = where_in_dump(words)
        if words.startswith("Timeout"):
            how = f"did not end in {self._limit:g} s"
        elif (code := self.process.exitcode or 0) < 0:
            how = f"ended its process by {signal.Signals(-code).name}"
        else:
            how = f"ended its process with exit code {code}"
        said = [line for line in words.splitlines() if line and not line.startswith(DUMPED)]
        last = f"\n  the last that it wrote: {printable(said[-1], 200)}" if said else ""
        return f"{how}{where and f', at {where}'}{last}"


def _main_that_needs(arguments: tuple[Any, ...]) -> ModuleType:
    """The module that a process gets as ``__main__``: none of what this one was started with, unless it needs that.

    It would run the whole of a script once more, were that not guarded, only to import what the process imports anyway.
    """
    main, empty = sys.modules["__main__"], ModuleType("__main__")
    sys.modules["__main__"] = empty
    try:
        ForkingPickler.dumps(arguments)
    except Exception:  # what of many kinds says: it lies in __main__, and is not there
        return main
    finally:
        sys.modules["__main__"] = main
    return empty


@contextmanager
def _settings_of_processes(main: ModuleType) -> Iterator[None]:
    """What the processes that are started here get: a thread of BLAS each, and no Ctrl-C, which is for this one.

    And a path of modules that has what lies in the current folder at its end, as files of a user have names such as
    ``numbers.py``; `_work` sets the whole path when it has imported what it needs.
    """
    before = {name: os.environ.get(name) for name in (*BLAS_THREADS, SAFE_PATH)}
    is_main = threading.current_thread() is threading.main_thread()
    handler = signal.signal(signal.SIGINT, signal.SIG_IGN) if is_main else None
    path, main_before = list(sys.path), sys.modules["__main__"]
    here = ("", os.getcwd())
    os.environ.update(dict.fromkeys((*BLAS_THREADS, SAFE_PATH), "1"))
    sys.path[:] = sorted(path, key=lambda place: place in here)
    sys.modules["__main__"] = main
    try:
        yield
    finally:
        sys.modules["__main__"] = main_before
        sys.path[:] = path
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
        if handler is not None:
            signal.signal(signal.SIGINT, handler)


def _work(
    connection: Connection,
    path: list[str],
    is_safe: bool,
    make_cases: Callable[[], Sequence[Case]],
    checks: tuple[str, ...] | None,
    limit: float,
    words: Path,
) -> None:
    """What a process does: for each index that it is sent, it sends which checks run, what comes of them, a report."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with words.open("w+b", buffering=0) as file, open(os.devnull, "wb") as nowhere:
        # What was printed while components were found has been printed once; what is written last may say why it ends.
        os.dup2(nowhere.fileno(), 1)
        os.dup2(file.fileno(), 2)
        faulthandler.enable(file)
        sys.path[:] = path
        if not is_safe:  # nor are the processes of a component
            os.environ.pop(SAFE_PATH, None)
        cases = make_cases()
        connection.send(None)
        with suppress(EOFError):  # of a pipe whose other end is gone, and with it whoever wants a report
            while True:
                index, name = connection.recv()
                file.seek(0)
                file.truncate()
                faulthandler.dump_traceback_later(limit, exit=True, file=file)
                case = cases[index]
                assert case.name == name, f"expected the case {name}, received {case.name}"
                chosen = list(checks_for(case)) if checks is None else [named_check(each) for each in checks]
                connection.send([check.name for check in chosen])
                report = _Told(case, connection.send).report(chosen)
                faulthandler.cancel_dump_traceback_later()
                connection.send(report)


class _Told(Examination):
    """An examination that tells which check begins, and what comes of it."""

    def __init__(self, case: Case, tell: Callable[[str | Result], None]) -> None:
        super().__init__(case)
        self._tell = tell

    def _run(self, check: Check) -> Result:
        self._tell(check.name)
        result = super()._run(check)
        self._tell(result)
        return result
