"""Finding out by trying which traits a component has."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from dis import get_instructions
from functools import partial
from itertools import product
from types import MappingProxyType
from typing import Any

import numpy as np
from attrs import evolve

from ..nn import DOMAINS, Array, describe, fills
from ..state import GlobalState, generator_states
from .cases import Case
from .check import fail
from .gradient_check import magnitude, weighed
from .numerics import (
    are_equal,
    are_floating,
    copied,
    expect_equal,
    is_floating,
    map_arrays,
    named_arrays,
    rows,
    samples,
    structure,
)
from .passes import Batch, backward, buffers, forward, run
from .trial import Trial

CANDIDATES = (None, "integer-input", "positive-input", "unit-interval-input")
"""Domains of the input, in the order in which they are tried."""

MASKS = 8
"""How many inputs with arrays that may be masks are tried before the real numbers are taken to be too many."""

TAKEN_FOR_GRANTED = frozenset({"kinks"})
"""Traits that only excuse something, and cannot be told for sure: an input on a kink is drawn anew."""

LINES, POINTS, REACH, PEAKS, NEAR = 2, 100, 8.0, 3, 1e-4
"""In search of kinks: how many lines through the input, with how many points, how far to either side, on how many
bends to zoom in, and how near."""

NO_NUMBER = "expected one number for a loss"


def draws_globally(trial: Trial) -> bool:
    """Whether making a component, or a training pass, draws from a global generator."""
    batch, before = trial.batch(), GlobalState.now()
    component = trial.case.build()
    component.astype(np.float64)
    component.forward(batch.input)
    backward(component, batch)
    return not before.is_current()


def is_stochastic(trial: Trial) -> bool:
    """Whether training passes draw from a generator, or differ from each other without anything else that does."""
    component, batch = trial.fresh(), trial.batch()
    component.forward(batch.input)  # which may make a buffer
    states, before = generator_states(component), GlobalState.now()
    first = dict(named_arrays("output", copied(component.forward(batch.input))))
    if generator_states(component) != states or not before.is_current():
        return True
    again = copy.deepcopy(component)
    second = dict(named_arrays("output", again.forward(batch.input)))
    return not are_equal(first, second) and not buffers(component)


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
    """Whether the output for a sample depends on the others; if it has a row of its own at all.

    Only outputs of batches of one size tell, or a refusal: a single sample that loses an axis, a gradient or a batch
    size that is in the wrong place, couple nothing.
    """
    modes = {*trial.repeatable_modes, "train"}
    return any(_others_matter(trial, mode) for mode in modes) or _refuses_one(trial)


def _refuses_one(trial: Trial) -> bool:
    """Whether forward raises a ValueError of its own for one sample, rather than fails in NumPy."""
    input = trial.draw_input()
    if samples(input) < 2 or not has_rows(trial, trial.batch()):
        return False
    try:
        forward(trial.fresh(), Batch(rows(input, slice(0, 1)), None))
    except ValueError as error:
        return is_raised_on_purpose(error)
    return False


def is_raised_on_purpose(error: BaseException) -> bool:
    """Whether the code that raised an error is a ``raise`` outside of NumPy."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return False
    raising = next(each for each in get_instructions(trace.tb_frame.f_code) if each.offset == trace.tb_lasti)
    is_numpy = str(trace.tb_frame.f_globals.get("__name__")).partition(".")[0] == "numpy"
    return raising.opname == "RAISE_VARARGS" and not is_numpy


def depends_on_the_batch(trial: Trial) -> bool:
    """Whether a sample alone has another output than in a batch, be it only because of the number of samples."""
    for mode in trial.repeatable_modes:
        for batch in filter(partial(has_rows, trial), trial.batches(mode)):
            together = run(trial.fresh(mode), batch)
            outputs = {name: array for name, array in together.items() if not name.startswith("grad")}
            alone = one_by_one(trial, mode, batch)
            if not are_equal({name: alone.get(name) for name in outputs}, outputs, rtol=1e-7):
                return True
    return False


def has_rows(trial: Trial, batch: Batch) -> bool:
    """Whether the output has a row for each sample; that of a layer which flattens a batch has none."""
    count = samples(batch.input)
    return trial.kind == "criterion" or all(len(array) == count for _, array in named_arrays("", batch.second))


def _others_matter(trial: Trial, mode: str) -> bool:
    """Whether the output for a sample changes if all others do; in training, with as many numbers drawn as before."""
    for drawn in filter(partial(has_rows, trial), trial.batches(mode)):
        batch = drawn.repeated() if samples(drawn.input) < 2 else drawn
        others = trial.draw_input(shape=structure(batch.input))
        for index in (0, samples(batch.input) - 1):
            kept, changed = slice(index, index + 1), copied(others)
            map_arrays(partial(_copy_rows, kept), changed, batch.input)
            one, other = trial.fresh(mode), trial.fresh(mode)
            first, second = (
                dict(named_arrays("output", rows(forward(component, Batch(input, None)), kept)))
                for component, input in ((one, batch.input), (other, changed))
            )
            if generator_states(one) == generator_states(other) and not are_equal(first, second, rtol=1e-7):
                return True
    return False


def _copy_rows(index: slice, target: Array, source: Array) -> None:
    target[index] = source[index]


def rounds_to_float32(trial: Trial, mode: str) -> bool:
    """Whether forward rounds float64 on its way, so that the output has no slopes that can be measured.

    Most of its elements then move with a change of the input that float32 sees, and none with one that it does not.
    That one is made twice, since once in some thousands it cancels in a sum, up to the last digit of float64.
    """
    component, batch = trial.fresh(mode), trial.batch(mode)

    def draw_factors(array: Array) -> Array:
        """Of sizes no sum of which is another, since changes may cancel in a sum."""
        sizes = np.geomspace(0.5, 1.0, array.size).reshape(array.shape)
        signed: Array = sizes * trial.rng.choice([-1.0, 1.0], array.shape)
        return signed

    def output(change: float) -> Array:
        factors = map_arrays(draw_factors, batch.input)
        moved = map_arrays(lambda a, factor: a * (1 + change * factor) if is_floating(a) else a, batch.input, factors)
        results = named_arrays("", forward(copy.deepcopy(component), Batch(moved, batch.second)))
        return np.concatenate([np.ravel(array) for _, array in results])

    here = output(0.0)
    far, near, other = (output(change) != here for change in (2.0**-16, 2.0**-40, 2.0**-40))
    return bool(np.count_nonzero(far) > far.size / 2 and not near.any() and not other.any())


def expect_as_calculated(
    trial: Trial, mode: str, received: dict[str, Array], expected: dict[str, Array], where: str, **allowed: Any
) -> None:
    """Expect results of float64 to be equal to 1e-9; where they are rounded to float32, which a check says, to 1e-4."""
    if not are_equal(received, expected) and rounds_to_float32(trial, mode):
        allowed["rtol"] = 1e-4
    expect_equal(received, expected, where, **allowed)


def is_clipped_to_probabilities(trial: Trial) -> bool:
    """Whether a loss does not change at all outside of 0 to 1, but does inside: it is meant for probabilities."""
    batch, rng = trial.batch(), trial.rng

    def loss(low: float, high: float) -> float:
        drawn = trial.map_real(lambda array: rng.uniform(low, high, array.shape).astype(array.dtype), batch.input)
        return float(forward(trial.fresh(), Batch(drawn, batch.second)))

    outside = {loss(*bounds) for bounds in ((-3, -0.1), (-2, -0.5), (-30, -20))}
    above = {loss(*bounds) for bounds in ((1.1, 3), (1.5, 2), (20, 30))}
    inside = {loss(0.1, 0.9) for _ in range(3)}
    return len(outside) == len(above) == 1 and len(inside) == 3


def one_by_one(trial: Trial, mode: str, batch: Batch) -> dict[str, Array]:
    """The results of a batch, put together from those of its samples one by one."""
    count = samples(batch.input)
    if any(len(array) != count for _, array in named_arrays("", batch.second) if array.ndim):
        fail("output: expected a row for each sample; if samples are mixed, it has the trait 'batch-coupled'")
    single = [run(trial.fresh(mode), batch.rows(index, index + 1)) for index in range(count)]
    together: dict[str, Array] = {}
    for name in single[0]:
        parts = [results[name] for results in single]
        if name.startswith("gradient of "):
            together[name] = np.sum(parts, axis=0)
        elif name == "loss":
            together[name] = np.mean(parts, axis=0)
        else:
            together[name] = np.concatenate(parts) if np.ndim(parts[0]) else np.array(parts)
            if trial.kind == "criterion":  # which divides by the number of samples
                together[name] = together[name] / count
    return together


def find_kink(trial: Trial, reaches: Iterable[float] = (REACH,)) -> str | None:
    """Search for a kink along lines through inputs, as far as ``reaches``.

    Returns:
        Where one is; None if none is found.
    """
    for number, reach in product(range(LINES), reaches):
        batch = trial.batch()
        if not any(are_floating(batch.input)):
            return None
        # The first line moves all elements alike, so that elementwise kinks are met one by one.
        draw_step = np.ones_like if number == 0 else lambda a: trial.rng.standard_normal(a.shape)
        step = trial.map_real(draw_step, map_arrays(np.zeros_like, batch.input))
        component = trial.fresh()
        size = magnitude(component, batch)
        forward(passed := copy.deepcopy(component), batch)  # which may make a buffer
        is_constant = not (trial.is_stochastic or buffers(component) or buffers(passed))
        place = _kink_of(partial(_value_along, component, batch, step, is_constant), size, reach)
        if place is not None:
            return f"{place:.6g} of the way along a line through a drawn input"
    return None


def _value_along(component: Any, batch: Batch, step: Any, is_constant: bool, t: float) -> float:
    """The loss, or the output weighted by gradOutput, where the input is moved by t steps."""
    used = component if is_constant else copy.deepcopy(component)
    moved = map_arrays(lambda array, by: array + t * by if is_floating(array) else array, batch.input, step)
    return weighed(forward(used, Batch(moved, batch.second)), component, batch)


def _kink_of(value: Callable[[float], float], size: float, reach: float) -> float | None:
    """Where a function that sums terms of a size has a kink: a bend that stays sharp as one zooms in on it."""
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


OBSERVED: MappingProxyType[str, Callable[[Trial], bool]] = MappingProxyType(
    {
        "global-generator": draws_globally,
        "stochastic": is_stochastic,
        "train-differs": train_differs,
        "batch-coupled": is_batch_coupled,
    }
)
"""Trait -> whether a component has it, given those before it."""


def inferred_traits(case: Case) -> frozenset[str]:
    """Find the traits of a component.

    The domain is the first in which forward runs and gives finite numbers.
    """
    case = evolve(case, infers=False, traits=case.traits | TAKEN_FOR_GRANTED)
    is_known = case.traits & DOMAINS or all(all(fills(shape)) for shape in case.shapes)
    if not is_known and case.draw is None:
        case = evolve(case, traits=case.traits | _domain(case))
    for trait, holds in OBSERVED.items():
        trial = Trial(case, "traits")
        if trial.kind != "layer":  # a loss whose samples seem coupled is more likely a sum that should be a mean
            continue
        try:
            if holds(trial):
                case = evolve(case, traits=case.traits | {trait})
        except (Exception, SystemExit):  # of a component that cannot run: a check says why
            continue
    return case.traits


def _domain(case: Case) -> frozenset[str]:
    for candidate in CANDIDATES:
        if candidate == "integer-input" and _is_differentiable(evolve(case, traits=case.traits | {"positive-input"})):
            continue  # it takes integers as numbers, of which it refuses the negative ones, as a logarithm does
        domain = frozenset({candidate} if candidate else ())
        trial = Trial(evolve(case, traits=case.traits | domain), "domain")
        if problem_of_pass(trial) is None or (candidate is None and _is_finite_at_times(trial)):
            if candidate is None and trial.kind == "criterion" and is_clipped_to_probabilities(trial):
                return frozenset({"unit-interval-input"})
            return domain
    return frozenset()


def _is_finite_at_times(trial: Trial) -> bool:
    """Whether some tables with negative numbers in each array give finite ones: others may have a mask that is shut."""
    for _ in range(MASKS):
        input = trial.draw_input()
        arrays = [array for _, array in named_arrays("input", input)]
        is_signed = len(arrays) > 1 and all(is_floating(array) and (array < 0).any() for array in arrays)
        if is_signed and problem_of_pass(trial, input) is None:
            return True
    return False


def _is_differentiable(case: Case) -> bool:
    """Whether it runs, or is a loss, and its result follows a small change of its input."""
    trial = Trial(case, "domain")
    if trial.kind == "criterion":
        return True
    if problem_of_pass(trial) is not None:
        return False
    batch = trial.batch()
    moved = map_arrays(lambda array: array * (1 + 1e-6) if is_floating(array) else array, batch.input)
    here, there = (dict(named_arrays("", copied(forward(trial.fresh(), Batch(x, None))))) for x in (batch.input, moved))
    return not are_equal(here, there, rtol=1e-12)


def problem_of_pass(trial: Trial, input: Any = None) -> str | None:
    """What is wrong with a pass over an input, or a drawn one; None if it gives finite numbers, or one for a loss."""
    try:
        batch, component = trial.batch(input=input), trial.fresh()
        output = forward(component, batch)
        backward(component, batch)
    except (Exception, SystemExit) as error:  # of a component that takes something else
        return f"{type(error).__name__}: {error}"
    if trial.kind == "criterion" and np.ndim(output):
        return f"{NO_NUMBER}, received {describe(output)}"
    is_finite = all(np.isfinite(array).all() for _, array in named_arrays("output", output))
    return None if is_finite else f"the loss is {output}"
