"""Evaluation in several threads: a second one runs a whole pass wherever the first may lose its turn.

Nothing is left to luck: the second pass runs, and ends, whenever the component reads or sets an attribute.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from dis import get_instructions
from functools import cache
from threading import Thread
from types import CodeType, FrameType
from typing import Any

from ..check import check, fail
from ..numerics import are_equal, copied, named_arrays
from ..passes import Batch, forward, parts
from ..trial import Trial
from .protocol import RUNS

PATIENCE = 1.0
"""How many seconds the second thread may take; one that takes longer waits for a lock, which keeps the passes apart."""


@check("state", level="weakness", needs=[*RUNS, "evaluation_is_deterministic"])
def evaluation_is_thread_safe(trial: Trial) -> None:
    """Forward in evaluation mode returns the same whatever passes other threads run meanwhile.

    So it must work in local variables, and read no attribute that a forward pass has set.
    ``self.output = output`` with ``return self.output`` right after it is let pass: between these two the interpreter
    does not switch threads, unless it is a free-threaded one.
    """
    mode = "evaluate" if trial.kind == "layer" else "train"
    component, batch, other = trial.fresh(mode), trial.batch(mode), trial.batch(mode).repeated(2)
    forward(component, other)
    expected = dict(named_arrays("output", copied(forward(component, batch))))
    places: dict[tuple[CodeType, int], str] = {}
    _interrupt(component, lambda frame, name: places.setdefault((frame.f_code, frame.f_lasti), name))
    forward(component, batch)
    for place, name in [*places.items()]:
        meanwhile = _Meanwhile(place, component, other)
        _interrupt(component, meanwhile)
        try:
            received = dict(named_arrays("output", forward(component, batch)))
            same = are_equal(received, expected)
        except Exception:  # of shapes, as likely as not, that do not fit
            same = False
        meanwhile.end()
        if not same:
            fail(
                f"output, {mode} mode: another thread's forward changes it, where {place[0].co_name} uses self.{name} "
                f"(line {meanwhile.line}); expected local variables, and the result stored last"
            )


class _Meanwhile:
    """Runs a pass in another thread when the component comes to a place for the first time."""

    def __init__(self, place: tuple[CodeType, int], component: Any, batch: Batch) -> None:
        self.place: tuple[CodeType, int] | None = place
        self.line: int | None = None
        self.thread = Thread(target=self._run, args=(component, batch), daemon=True)

    def __call__(self, frame: FrameType, name: str) -> None:
        if self.place == (frame.f_code, frame.f_lasti):
            self.place, self.line = None, frame.f_lineno
            self.thread.start()
            self.thread.join(PATIENCE)

    def end(self) -> None:
        """Wait for the other thread, which has all locks now."""
        if self.place is None:
            self.thread.join(PATIENCE)

    def _run(self, component: Any, batch: Batch) -> None:
        with suppress(Exception):  # the pass that it interrupts is the one to be judged
            forward(component, batch)


def _interrupt(component: Any, notify: Callable[[FrameType, str], object]) -> None:
    """Have every use of an attribute of a component, or of a module inside it, told to a function."""
    for part in parts(component):
        part.__class__ = _watched(getattr(type(part), "watched", type(part)), notify)


def _watched(cls: Any, notify: Callable[[FrameType, str], object]) -> type:
    def tell(name: str, frame: FrameType) -> None:
        if not name.startswith("__") and frame.f_lasti not in _returned(frame.f_code):
            notify(frame, name)

    class Watched(cls):  # type: ignore[misc]
        watched = cls

        def __getattribute__(self, name: str) -> Any:
            tell(name, sys._getframe(1))
            return super().__getattribute__(name)

        def __setattr__(self, name: str, value: Any) -> None:
            super().__setattr__(name, value)
            tell(name, sys._getframe(1))

    Watched.__name__ = cls.__name__
    return Watched


@cache
def _returned(code: CodeType) -> frozenset[int]:
    """Where in a function ``self.output`` is stored to be returned next, and where it is read for that."""
    found: set[int] = set()
    instructions = list(get_instructions(code))
    for store, _, load, end in zip(*(instructions[i:] for i in range(4)), strict=False):
        names = (store.opname, load.opname, end.opname)
        if names == ("STORE_ATTR", "LOAD_ATTR", "RETURN_VALUE") and store.argval == load.argval == "output":
            found |= {store.offset, load.offset}
    return frozenset(found)
