"""Floating-point numbers: how near float32 comes to float64, and that nothing overflows on the way to a result."""

from __future__ import annotations

import copy
import traceback
from collections.abc import Callable, Mapping
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from attrs import frozen

from ...nn import KINDS, Array, Module, ShortTarget, Tensor, describe, walk
from ...support import where_raised
from ..check import check, fail
from ..numerics import (
    cast,
    copies,
    differing,
    format_number,
    is_floating,
    largest,
    map_arrays,
    named_arrays,
    scaled,
    structure,
)
from ..passes import Batch, backward, buffers, parameters, run
from ..trial import Trial
from .data import DTYPES, SHAPED, results_and_buffers
from .protocol import RUNS

_IN_BETWEEN = (
    "all results are right, only an intermediate value is not finite, as in a branch that np.where discards, or in "
    "a denominator; limit its argument, as np.exp(np.minimum(x, 0)) does"
)


@check("data", level="wrong result", needs=SHAPED)
def float32_is_accurate(trial: Trial) -> None:
    """Results in float32 are those of float64 to the accuracy that float32 can give."""
    _expect_accurate(trial, 0.0)


@check("data", level="weakness", needs=SHAPED)
def float32_is_accurate_far_from_zero(trial: Trial) -> None:
    """Results in float32 are those of float64 for inputs, and targets, around 1000 too, as far as rounding allows."""
    trial.require_real()
    _expect_accurate(trial, 1000.0)
    if trial.kind == "criterion" and _has_real_target(trial):
        _expect_accurate(trial, 1000.0, moves_target=True)


@check("data", level="wrong result", needs=RUNS)
def large_inputs_give_finite_results(trial: Trial) -> None:
    """Inputs of 30 to 10000 times the usual size overflow nowhere, unless the result itself is out of range.

    Where products are exponentiated, as by attention, 30 times is enough: the wider range that tells what the true
    result is ends as well, at exp(11356).
    Of inputs that ``draw`` gives, and gives bounds, the least and largest numbers are tried.
    Where an intermediate value overflows and every result is right, that is a weakness.
    """
    trial.require_real(or_free=True)
    for mode, dtype in product(trial.modes, DTYPES):
        for kind, input in trial.extremes(dtype):
            _expect_finite(trial, mode, dtype, input, kind)


@check("data", level="wrong result", needs=[*RUNS, "large_inputs_give_finite_results"])
def one_huge_row_gives_finite_results(trial: Trial) -> None:
    """A batch of zeros but for one sample of 10000s overflows nowhere, and divides by nothing."""
    trial.require_real()
    for mode, dtype in product(trial.modes, DTYPES):
        _expect_finite(trial, mode, dtype, trial.map_real(_huge_row, trial.draw_input(dtype)), "one huge row")


@check("data", level="wrong result", needs=RUNS)
def tiny_inputs_give_finite_results(trial: Trial) -> None:
    """Inputs of zero, and of nearly nothing, are divided by nowhere; nor are integers that are all zero, as padding."""
    if trial.takes_integers and trial.case.draw is None:
        for mode in trial.modes:
            _expect_finite(trial, mode, np.float64, _least(trial), "all zero")
        return
    trial.require_real()
    for mode, dtype, size in product(trial.modes, DTYPES, (0.0, 1e-30)):
        input = trial.map_real(partial(scaled, factor=size), trial.draw_input(dtype))
        _expect_finite(trial, mode, dtype, input, f"{size:g} times drawn")


def _least(trial: Trial) -> Tensor:
    """Integers that are all zero, but for lengths, which are all one; masks stay, as one that is shut is no input."""
    drawn = trial.draw_input()
    fills = iter(trial.fills(drawn))

    def least(array: Array) -> Array:
        fill = next(fills)
        return array if array.dtype == bool else np.full_like(array, KINDS[fill.kind].least if fill else 0)

    return map_arrays(least, drawn)


def _has_real_target(trial: Trial) -> bool:
    """Whether targets are numbers like the input, rather than zeros and ones, or signs."""
    batch, target = trial.batch(), trial.case.target
    if isinstance(target, ShortTarget) and any(fill.kind != "real" for _, fill in target.parts):
        return False
    return structure(batch.input) == structure(batch.second) and all(
        is_floating(array) and len(np.unique(np.abs(array))) > 3 for _, array in named_arrays("", batch.second)
    )


def _expect_accurate(trial: Trial, offset: float, *, moves_target: bool = False) -> None:
    """Compare float32 with float64. Three draws must fail: one may have fallen on a kink or a jump."""
    details: list[str] = []
    for _ in range(3):
        found = inaccuracy(trial, offset, moves_target)
        if found is None:
            return
        details.append(found)
    fail(details[0])


def inaccuracy(trial: Trial, offset: float, moves_target: bool) -> str | None:
    """Say where results in float32 are not as accurate as float32 can be, against float64; None if they are."""
    for mode in trial.repeatable_modes:
        for drawn in trial.batches(mode, np.float32):
            second = _moved(drawn.second, offset) if moves_target else drawn.second
            input = trial.map_real(partial(_moved, offset=offset), drawn.input) if offset else drawn.input
            batch = Batch(input, second, f"+{offset:g}")
            single = trial.fresh(mode, np.float32)
            double = copy.deepcopy(single)
            if trial.kind == "layer":
                double.astype(np.float64)
            exact_batch = Batch(cast(batch.input, np.float64), cast(batch.second, np.float64))
            shaken = [_traced(*_shaken(trial, double, exact_batch)) for _ in range(3)]
            exact = _traced(double, exact_batch)
            found = _difference(results_and_buffers(single, batch), exact, shaken, exact_batch)
            if found:
                return f"{found[0]}, {mode} mode, {batch}: {found[1]}"
    return None


@frozen(eq=False)
class Trace:
    """What a pass computed, and what went from module to module inside the component meanwhile.

    Attributes:
        results: of the pass, buffers among them.
        outputs: of every module.
        gradInputs: of every module.
    """

    results: Mapping[str, Array]
    outputs: Mapping[str, Array]
    gradInputs: Mapping[str, Array]


def _traced(component: Any, batch: Batch) -> Trace:
    results = results_and_buffers(component, batch)
    modules = dict(walk(component)) if isinstance(component, Module) else {}
    flows = (
        copies(
            {key: array for name, module in modules.items() for key, array in named_arrays(name, getattr(module, of))}
        )
        for of in ("output", "gradInput")
    )
    return Trace(results, *flows)


def _difference(
    received: Mapping[str, Array], exact: Trace, shaken: list[Trace], batch: Batch
) -> tuple[str, str] | None:
    """Where float32 differs by more than rounding explains, and by how much.

    The bound is of the usual form, a multiple of epsilon times the size of what is summed (Higham, 2002, Accuracy and
    Stability of Numerical Algorithms, section 3), and of what rounding the arguments, and what modules inside give to
    each other, changes. A gradient sums terms that may cancel, exactly in float64 alone: what normalization gives back
    sums to zero. Each term is as inexact as the outputs inside are, relative to their size.
    """
    epsilon, smallest = float(np.finfo(np.float32).eps), float(np.finfo(np.float32).tiny)  # below that it is 0
    inexact = 2 * epsilon + max((_relative_change(name, exact, shaken) for name in exact.outputs), default=0.0)
    for name, value in exact.results.items():
        if value.dtype.kind != "f" or not np.isfinite(value).all() or largest(value) > np.finfo(np.float32).max / 16:
            continue
        sensitivity = max(largest(np.asarray(other.results[name] - value)) for other in shaken)
        terms = _terms(name, exact, batch)
        allowed = 64 * epsilon * largest(value) + 32 * (sensitivity + inexact * terms + smallest * max(terms, 1.0))
        wrong = differing(received[name], value, allowed)
        if wrong.any():
            element = tuple(map(int, np.unravel_index(np.argmax(wrong), wrong.shape)))
            return (
                f"{name}{list(element) if element else ''}, shape {value.shape}",
                f"float64 gives {format_number(value[element])}, float32 {format_number(received[name][element])} "
                f"(they may differ by {allowed:.1g})",
            )
    return None


def _relative_change(name: str, exact: Trace, shaken: list[Trace]) -> float:
    """By how much an output inside changes by rounding, relative to its size."""
    value = exact.outputs[name]
    changes = [largest(np.asarray(other.outputs[name] - value)) for other in shaken]
    return max(changes) / largest(value) if is_floating(value) and largest(value) else 0.0


def _terms(name: str, exact: Trace, batch: Batch) -> float:
    """How large the terms are that a gradient sums: gradients inside, times what flows forward for a parameter."""
    if not name.startswith("grad") or batch.second is None:
        return 0.0
    size = _largest_of(batch.second, exact.gradInputs)
    if name.startswith("gradient of"):
        size *= max(1.0, _largest_of(batch.input, exact.outputs))
    return size


def _largest_of(given: Any, flows: Mapping[str, Array]) -> float:
    return max(map(largest, (*(array for _, array in named_arrays("", given)), *flows.values())))


def _moved(tensor: Any, offset: float) -> Any:
    return map_arrays(lambda array: array + array.dtype.type(offset) if is_floating(array) else array, tensor)


def _shaken(trial: Trial, component: Any, batch: Batch) -> tuple[Any, Batch]:
    """A component and a batch whose numbers float32 rounds, each by chance, as it does outputs of modules inside."""

    def shake(array: Array) -> Array:
        if not is_floating(array):
            return array
        return array * (1 + np.finfo(np.float32).eps * trial.rng.choice([-1.0, 1.0], array.shape))

    component = copy.deepcopy(component)
    for array in filter(is_floating, (*parameters(component).values(), *buffers(component).values())):
        array[...] = shake(array)
    for name, module in walk(component) if isinstance(component, Module) else ():
        if name:
            shaken = partial(_shaken_output, module.updateOutput, module, shake)
            module.updateOutput = shaken  # type: ignore[method-assign]
    second = batch.second if trial.kind == "criterion" else map_arrays(shake, batch.second)
    return component, Batch(map_arrays(shake, batch.input), second)


def _shaken_output(
    updateOutput: Callable[[Any], Any], module: Module, shake: Callable[[Array], Array], input: Any
) -> Any:
    updateOutput(input)
    module.output = map_arrays(shake, module.output)
    return module.output


def _huge_row(array: Array) -> Array:
    result = np.zeros_like(array)
    result[-1] = 1e4 * (-1.0) ** np.arange(array[-1].size).reshape(array[-1].shape)
    return result


def _expect_finite(trial: Trial, mode: str, dtype: Any, input: Any, kind: str) -> None:
    component = trial.fresh(mode, dtype)
    batch = trial.batch(mode, dtype, input=input, kind=kind)
    where = ""
    try:
        with np.errstate(over="raise", invalid="raise", divide="raise"):
            results = run(copy.deepcopy(component), batch)
        wrong = [(name, array[~np.isfinite(array)]) for name, array in results.items()]
        problems = [f"{name} is {format_number(numbers[0])}" for name, numbers in wrong if numbers.size]
    except FloatingPointError as error:
        problems = [str(error)]
        is_backward = any(frame.name == backward.__name__ for frame in traceback.extract_tb(error.__traceback__))
        where = f"in {'backward' if is_backward else 'forward'}, {Path(where_raised(error)).name}".rstrip(", ") + ": "
    true = _true_results(trial, component, batch, dtype) if problems else None
    if true is not None:
        effect = _effect(run(copy.deepcopy(component), batch), true)
        fail(
            f"{mode} mode, {batch}, {describe(batch.second)}: {problems[0]}, where the true result is in range\n"
            f"  {where}{effect or _IN_BETWEEN}",
            level=None if effect else "weakness",
        )


def _effect(received: Mapping[str, Array], true: Mapping[str, Array]) -> str:
    """Say which element of the results is wrong; nothing if none is."""
    for name, value in true.items():
        underflow = float(np.finfo(received[name].dtype).tiny) if is_floating(received[name]) else 0.0
        wrong = differing(received[name], value, 1e-2 * largest(value) + underflow)
        if wrong.any():
            element = tuple(map(int, np.argwhere(wrong)[0]))
            place = f"{name}{list(element) if element else ''}"
            return (
                f"{place} is {format_number(received[name][element])}, its true value {format_number(value[element])}"
            )
    return ""


def _true_results(trial: Trial, component: Any, batch: Batch, dtype: Any) -> dict[str, Array] | None:
    """The results, if they fit the dtype, by a calculation in a dtype of wider range where the machine has one.

    One that overflows even there is out of range; one that is nan without any overflow divides zero by zero.
    """
    widest = np.longdouble if trial.case.adapter is None else trial.case.adapter.widest
    wider = widest if np.finfo(widest).maxexp > np.finfo(np.float64).maxexp else np.float64
    if np.finfo(wider).maxexp <= np.finfo(dtype).maxexp:
        return None  # it cannot be told on this machine, and a correct component must not be blamed
    component = copy.deepcopy(component)
    if trial.kind == "layer":
        component.astype(wider)
    try:
        with np.errstate(over="raise"):
            results = run(component, Batch(cast(batch.input, wider), cast(batch.second, wider)))
    except Exception:  # an overflow, or a component that does not take this dtype
        return None
    limit = float(np.finfo(dtype).max)
    is_in_range = all(bool((np.isnan(array) | (np.abs(array) < limit)).all()) for array in results.values())
    return results if is_in_range else None
