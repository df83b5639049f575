"""Finding out by trying whether a component has a trait."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from functools import partial
from itertools import product
from typing import Any

import numpy as np

from ...nn import Array, Module, find_buffers
from ...state import GlobalState, generator_states
from ..numerics import are_equal, map_arrays, named_arrays, samples, stacked, structure
from ..passes import Batch, backward, forward, magnitude, run, weighted_sum
from .samples import one_by_one
from .trial import Trial

LINES, POINTS, REACH, PEAKS, NEAR = 2, 100, 8.0, 3, 1e-4
"""In search of kinks: how many lines through the input, with how many points, how far to either side, on how many
bends to zoom in, and how near."""


def draws_globally(trial: Trial) -> bool:
    """Whether making a component, or a training pass, draws from a global generator."""
    batch, before = trial.batch(), GlobalState.now()
    component = trial.case.build()
    component.forward(*_arguments(trial, batch))
    backward(component, batch)
    return not before.is_current()


def is_stochastic(trial: Trial) -> bool:
    """Whether training passes draw from a generator, or differ from each other without anything else that does."""
    component = copy.deepcopy(trial.prototype)
    batch = trial.batch()
    arguments = _arguments(trial, batch)
    component.forward(*arguments)  # which may make a buffer
    states, before = generator_states(component), GlobalState.now()
    first = map_arrays(np.array, component.forward(*arguments))
    if generator_states(component) != states or not before.is_current():
        return True
    again = copy.deepcopy(component)
    second = map_arrays(np.array, again.forward(*arguments))
    return not are_equal(_named(first), _named(second)) and not _has_state(component)


def train_differs(trial: Trial) -> bool:
    """Whether training and evaluation give different results, of passes over a few batches."""
    for _ in range(3):
        for shape in trial.case.shapes:
            batch = trial.batch(shape=shape)
            evaluating = trial.fresh("evaluate")
            training = copy.deepcopy(evaluating)
            training.train()
            if not are_equal(run(training, batch.copy()), run(evaluating, batch.copy())):
                return True
    return False


def is_batch_coupled(trial: Trial) -> bool:
    """Whether the output for a sample depends on the others, in a mode without random numbers."""
    for mode in trial.repeatable_modes:
        for batch in trial.batches(mode):
            if samples(batch.input) < 2:
                other = trial.batch(mode, input=trial.draw_input(shape=structure(batch.input)))
                batch = Batch(stacked(batch.input, other.input), stacked(batch.second, other.second))
            try:
                alone = one_by_one(trial, mode, batch)
            except ValueError:  # a single sample is refused
                return True
            if not are_equal(alone, run(trial.fresh(mode), batch), rtol=1e-7):
                return True
    return False


def is_clipped_to_probabilities(trial: Trial) -> bool:
    """Whether a loss does not change at all outside of 0 to 1, but does inside: it is meant for probabilities."""
    batch, rng = trial.batch(), trial.rng

    def loss(low: float, high: float) -> float:
        drawn = map_arrays(lambda array: rng.uniform(low, high, array.shape).astype(array.dtype), batch.input)
        return float(forward(trial.fresh(), Batch(drawn, batch.second)))

    outside = {loss(*bounds) for bounds in ((-3, -0.1), (-2, -0.5), (-30, -20))}
    above = {loss(*bounds) for bounds in ((1.1, 3), (1.5, 2), (20, 30))}
    inside = {loss(0.1, 0.9) for _ in range(3)}
    return len(outside) == len(above) == 1 and len(inside) == 3


def find_kink(trial: Trial, reaches: Iterable[float] = (REACH,)) -> str | None:
    """Search for a kink along lines through inputs, as far as ``reaches``.

    Returns:
        Where one is; None if none is found.
    """
    for number, reach in product(range(LINES), reaches):
        batch = trial.batch()
        if not any(array.dtype.kind == "f" for _, array in named_arrays("", batch.input)):
            return None
        # The first line moves all elements alike, so that elementwise kinks are met one by one.
        step = map_arrays(np.ones_like if number == 0 else lambda a: trial.rng.standard_normal(a.shape), batch.input)

        component = trial.fresh()
        size = magnitude(component, batch)
        place = _kink_of(partial(_value_along, trial, component, batch, step), size, reach)
        if place is not None:
            return f"{place:.6g} of the way along a line through a drawn input"
    return None


def _value_along(trial: Trial, component: Any, batch: Batch, step: Any, t: float) -> float:
    """The loss, or the output weighted by gradOutput, where the input is moved by t steps."""
    used = copy.deepcopy(component) if trial.is_stochastic or _has_state(component) else component
    output = forward(used, Batch(_moved(batch.input, step, t), batch.second))
    return float(output) if trial.kind == "criterion" else weighted_sum(output, batch.second)


def _kink_of(value: Callable[[float], float], size: float, reach: float) -> float | None:
    """Where a function of one number has a kink: zoom in on the sharpest bends; a bend that stays sharp is a kink.

    Args:
        value: the function.
        size: that of the terms that it sums, which says how much rounding to expect.
        reach: how far to either side of 0 to look.
    """
    points = np.linspace(-reach, reach, POINTS)
    values = np.array([value(t) for t in points])
    if not np.isfinite(values).all():
        return None
    scale = float(np.abs(np.diff(values)).max(initial=0)) / (points[1] - points[0])
    rounding = 64 * np.finfo(np.float64).eps * max(size, float(np.abs(values).max(initial=0)))
    for peak in np.argsort(np.abs(np.diff(values, 2)))[::-1][:PEAKS]:
        left, right = points[peak], points[peak + 2]
        jumps: list[float] = []
        step = np.inf
        while step > NEAR or len(jumps) < 3:
            finer = np.linspace(left, right, 9)
            step = finer[1] - finer[0]
            bends = np.abs(np.diff([value(t) for t in finer], 2))
            pairs = bends[1:] + bends[:-1]  # a kink between two points bends the function at both
            sharpest = int(np.argmax(pairs))
            jumps.append(float(pairs[sharpest]) / step)
            left, right = finer[sharpest], finer[sharpest + 3]
        # The jump of the slope at a kink is the same seen from near; a smooth bend grows straight.
        if jumps[-1] > max(1e-3 * scale, 16 * rounding / step, 0.5 * jumps[-3]):
            return float((left + right) / 2)
    return None


def _moved(tensor: Any, step: Any, t: float) -> Any:
    if isinstance(tensor, tuple):
        return tuple(_moved(part, its, t) for part, its in zip(tensor, step, strict=True))
    return tensor + t * step if tensor.dtype.kind == "f" else tensor


def _named(output: Any) -> dict[str, Array]:
    return dict(named_arrays("output", output))


def _arguments(trial: Trial, batch: Batch) -> tuple[Any, ...]:
    return (batch.input,) if trial.kind == "layer" else (batch.input, batch.second)


def _has_state(component: Any) -> bool:
    return isinstance(component, Module) and bool(find_buffers(component))
