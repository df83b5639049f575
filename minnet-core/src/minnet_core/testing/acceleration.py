"""`examine_acceleration`: whether a class that stands for another computes what that one does, and by itself."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
from attrs import frozen

from ..nn import Array, represented
from .cases import Case
from .checks import growths, inaccuracy
from .numerics import copied, map_arrays, named_arrays
from .passes import Batch, forward, run
from .selection import cases_of
from .trial import Trial

LENGTHS = (1, 17, 129, 1000)
"""About how long each axis is made, beside the length of the example: odd, and more than registers and blocks hold."""

OFFSETS = range(16)
"""Where arrays begin, in elements after an aligned address: every place within a vector register."""

SPECIAL = (np.nan, np.inf, -np.inf, 0.0, -0.0, 1e-41, -1e-41, 1e15, -1e15)
"""Numbers that arithmetic treats apart; two of them are denormal in float32."""


@frozen
class Acceleration:
    """What was found of a class that stands for another.

    Attributes:
        problems: where results are not those of the class that it stands for; none if all is right.
        passes: how many passes in float32 were tried.
        reached: how many of them its own path computed, by its ``accelerated_calls``.
    """

    problems: tuple[str, ...]
    passes: int
    reached: int


def examine_acceleration(subject: Any, *, seed: int = 0) -> Acceleration:
    """Compare a class with the one that it stands for, in float32, which is what a shorter path is for.

    The usual checks of the kit are about float64 and a few elements, and hardly come to such a path. Here each axis is
    lengthened, to odd lengths among others; the accuracy is that of float32 against the class that it stands for in
    float64; arrays begin at every place within a vector register; and numbers that are infinite, nan, denormal or huge
    are where, and what, they are in the output of that class.

    Args:
        subject: a class with ``STANDS_FOR``, or a name of one, as `cases_of` takes it. A static method
            ``accelerated_calls`` says how often its own path has computed something until now.
        seed: of what is drawn.

    Returns:
        What was found. A class of which no pass was reached has a problem.

    Raises:
        TypeError: if the class stands for none.
    """
    problems: list[str] = []
    passes = reached = 0
    for case in cases_of(subject, seed=seed):
        prototype = Trial(case, "acceleration", frozenset(case.traits)).prototype
        cls = type(prototype)
        if represented(cls) is cls:
            raise TypeError(f"expected a class with STANDS_FOR, received {cls.__name__}")
        calls: Callable[[], int] = getattr(cls, "accelerated_calls", lambda: 0)
        for trial in _trials(case):
            for comparison in (_accuracy, _alignment, _special):
                before = calls()
                problem = comparison(trial)
                passes, reached = passes + 1, reached + (calls() > before)
                if problem:
                    problems.append(f"{cls.__name__}, {trial.case.shapes[0]}: {problem}")
    if not reached:
        problems.append("its own path was never reached")
    return Acceleration(tuple(problems), passes, reached)


def _trials(case: Case) -> Iterator[Trial]:
    trial = Trial(case, "acceleration", frozenset(case.traits))
    yield trial
    for growth in growths(trial):
        for length in LENGTHS:
            grown = growth.trial(trial, length)
            try:
                forward(grown.fresh("train", np.float32), Batch(grown.draw_input(np.float32), grown.batch().second))
            except Exception:  # as a batch of one sample, which normalization may refuse
                continue
            yield grown


def _accuracy(trial: Trial) -> str | None:
    """In float64 such a class leaves everything to the one that it stands for."""
    return inaccuracy(trial, 0.0, moves_target=False)


def _alignment(trial: Trial) -> str | None:
    component, batch = trial.fresh("train", np.float32), trial.batch("train", np.float32)
    expected = run(copy.deepcopy(component), batch)
    for offset in OFFSETS:
        moved = Batch(map_arrays(partial(_at, offset=offset), batch.input), _moved(batch.second, offset))
        for name, array in run(copy.deepcopy(component), moved).items():
            wanted = expected[name]
            if wanted.dtype.kind == "f" and not np.allclose(array, wanted, 1e-5, 1e-5 * np.abs(wanted).max(initial=0)):
                return f"{name} is another where arrays begin {offset} elements after an aligned address"
    return None


def _special(trial: Trial) -> str | None:
    if not trial.is_real:
        return None
    component = trial.fresh("train", np.float32)
    parent = copy.deepcopy(component)
    parent.__class__ = represented(type(component))
    second = trial.batch("train", np.float32).second
    for value in SPECIAL:
        input = trial.map_real(partial(_with, value=value), trial.draw_input(np.float32))
        with np.errstate(all="ignore"):
            received, wanted = (_output(each, Batch(copied(input), second)) for each in (component, parent))
        for name, array in wanted.items():
            size = np.abs(array[np.isfinite(array)]).max(initial=0)
            if not np.allclose(received[name], array, 1e-4, 1e-5 * size, equal_nan=True):
                return f"{name} is another where an input is {value:g}"
    return None


def _output(component: Any, batch: Batch) -> dict[str, Array]:
    return dict(named_arrays("output", copied(forward(copy.deepcopy(component), batch))))


def _with(array: Array, value: float) -> Array:
    changed = array.copy()
    changed.reshape(-1)[:: max(1, array.size // 3)] = value
    return changed


def _moved(second: Any, offset: int) -> Any:
    return None if second is None else map_arrays(partial(_at, offset=offset), second)


def _at(array: Array, offset: int) -> Array:
    """A copy that begins so many elements after an address that is a multiple of 64."""
    room = np.empty(array.nbytes + 64 + 64 * array.itemsize, np.uint8)
    start = -room.ctypes.data % 64 + offset * array.itemsize
    placed: Array = room[start : start + array.nbytes].view(array.dtype).reshape(array.shape)
    placed[...] = array
    return placed
