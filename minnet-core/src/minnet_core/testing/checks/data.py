"""What goes in and comes out: dtypes, accuracy, memory, samples, and numbers far from 1."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from ...arrays import Array, describe
from ..check import check, fail, skip
from ..comparison import differing, expect_equal, largest, number
from ..samples import one_by_one
from ..state import buffers
from ..tensors import LAYOUTS, cast, is_floating, map_arrays, named_arrays, read_only, scaled
from ..trial import Batch, Trial, backward, forward, generator_states, gradients, parameters, run
from .protocol import RUNS

DTYPES = (np.float32, np.float64)

SHAPED = (*RUNS, "gradInput_has_the_shape_of_input")


@check("data", needs=RUNS)
def dtype_is_kept(trial: Trial) -> None:
    """For float32 in there is float32 out, and for float64 float64: results, gradients and buffers, in both modes."""
    for dtype in DTYPES:
        for mode in trial.modes:
            for batch in trial.batches(mode, dtype):
                component = trial.fresh(mode, dtype)
                results = run(component, batch)
                found = {name: array for name, array in results.items() if name != "loss"}
                for name, array in {**found, **_prefixed("buffer ", buffers(component))}.items():
                    if is_floating(array) and array.dtype != dtype:
                        fail(f"{name}, {mode} mode, {batch}: expected {np.dtype(dtype)}, received {array.dtype}")


@check("data", needs=SHAPED)
def float32_is_accurate(trial: Trial) -> None:
    """Results in float32 are those of float64 to the accuracy that float32 can give."""
    _expect_accurate(trial, 0.0)


@check("data", needs=SHAPED)
def float32_is_accurate_far_from_zero(trial: Trial) -> None:
    """Results in float32 are those of float64 for inputs around 1000 too, as far as their rounding allows."""
    if not trial.is_real:
        skip("its inputs cannot be chosen freely")
    _expect_accurate(trial, 1000.0)


@check("data", needs=RUNS)
def arguments_are_not_written_to(trial: Trial) -> None:
    """Forward and backward leave input, gradOutput and target as they are, bit for bit."""
    for mode in trial.modes:
        for batch in trial.batches(mode):
            given, component = batch.copy(), trial.fresh(mode)
            for method in (forward, backward):
                method(component, given)
                for what in ("input", "second"):
                    name = what if what == "input" else ("target" if trial.kind == "criterion" else "gradOutput")
                    expect_equal(
                        dict(named_arrays(name, getattr(given, what))),
                        dict(named_arrays(name, getattr(batch, what))),
                        f"after {method.__name__}, {mode} mode",
                        rtol=0,
                    )


@check("data", needs=RUNS)
def read_only_arrays_are_taken(trial: Trial) -> None:
    """Arrays that cannot be written to are taken, and give the same results."""
    for mode in trial.modes:
        batch = trial.batch(mode)
        locked = Batch(map_arrays(read_only, batch.input), map_arrays(read_only, batch.second), "read-only")
        expect_equal(
            run(trial.fresh(mode), locked), run(trial.fresh(mode), batch), f"for read-only arrays, {mode} mode"
        )


@check("data", needs=RUNS)
def results_share_no_memory(trial: Trial) -> None:
    """Output and ``gradInput`` are arrays of their own: not the input, gradOutput, target, or a parameter."""
    for mode in trial.modes:
        batch, component = trial.batch(mode), trial.fresh(mode)
        others = {**parameters(component), **gradients(component)}
        others.update(named_arrays("input", batch.input))
        others.update(named_arrays("target" if trial.kind == "criterion" else "gradOutput", batch.second))
        results = dict(named_arrays("output", forward(component, batch)))
        results.update(named_arrays("gradInput", backward(component, batch)))
        for name, array in results.items():
            for other, its in others.items():
                if array.size and np.may_share_memory(array, its) and np.shares_memory(array, its):
                    fail(f"{name}, {mode} mode: expected an array of its own, it shares memory with {other}")


@check("data", needs=RUNS)
def earlier_results_are_kept(trial: Trial) -> None:
    """What a pass returned is not changed by the next one."""
    for mode in trial.modes:
        component, first, second = trial.fresh(mode), trial.batch(mode), trial.batch(mode)
        returned = dict(named_arrays("output", forward(component, first)))
        returned.update(named_arrays("gradInput", backward(component, first)))
        kept = {name: array.copy() for name, array in returned.items()}
        forward(component, second)
        backward(component, second)
        expect_equal(returned, kept, f"of an earlier pass, {mode} mode, after another", rtol=0)


@check("data", needs=RUNS)
def memory_layout_does_not_matter(trial: Trial) -> None:
    """Arrays in Fortran order, strided and reversed in memory give the results of contiguous ones."""
    for mode in trial.modes:
        for batch in trial.batches(mode):
            expected = run(trial.fresh(mode), batch)
            for name, layout in LAYOUTS.items():
                laid = Batch(map_arrays(layout, batch.input), map_arrays(layout, batch.second), name)
                expect_equal(run(trial.fresh(mode), laid), expected, f"for {name} arrays, {mode} mode, {batch}")


@check("data", needs=RUNS)
def broadcast_arrays_are_taken(trial: Trial) -> None:
    """Arrays made by ``np.broadcast_to``, whose samples are one memory, give the results of their copies."""
    for mode in trial.modes:
        batch = trial.batch(mode)
        expanded = Batch(map_arrays(_expanded, batch.input), map_arrays(_expanded, batch.second), "broadcast")
        expect_equal(
            run(trial.fresh(mode), expanded), run(trial.fresh(mode), expanded.copy()), f"for broadcast arrays, {mode}"
        )


@check("data", needs=SHAPED)
def samples_are_independent(trial: Trial) -> None:
    """Each sample alone gives its row of the batch's results; gradients of parameters, and the loss, add up."""
    if "batch-coupled" in trial.traits:
        skip("its samples are declared to depend on each other")
    for mode in trial.modes if not trial.is_stochastic else ["evaluate"]:
        for batch in trial.batches(mode):
            together = run(trial.fresh(mode), batch)
            expect_equal(one_by_one(trial, mode, batch), together, f"of the samples one by one, {mode} mode, {batch}")


@check("data", needs=RUNS)
def large_inputs_give_finite_results(trial: Trial) -> None:
    """Inputs of 1000 and 10000 times the usual size overflow nowhere, unless the result itself is out of range."""
    if not trial.is_real:
        skip("its inputs cannot be chosen freely")
    for mode in trial.modes:
        for dtype in DTYPES:
            for size in (1e3, 1e4):
                input = scaled(trial.draw_input(dtype), size)
                _expect_finite(trial, mode, dtype, input, f"{size:g} times drawn")


@check("data", needs=RUNS)
def one_huge_row_gives_finite_results(trial: Trial) -> None:
    """A batch of zeros but for one sample of 10000s overflows nowhere, and divides by nothing."""
    if not trial.is_real:
        skip("its inputs cannot be chosen freely")
    for mode in trial.modes:
        for dtype in DTYPES:
            _expect_finite(trial, mode, dtype, map_arrays(_huge_row, trial.draw_input(dtype)), "one huge row")


@check("data", needs=["is_made"])
def rejected_calls_change_nothing(trial: Trial) -> None:
    """The calls that the case says must be refused raise an error, and leave parameters, gradients and state alone."""
    if not trial.case.rejects:
        skip("the case names no calls that must be rejected")
    for call in trial.case.rejects:
        for mode in trial.modes:
            component = trial.fresh(mode)
            before = _everything(component)
            what = f"an input of shape {call}" if isinstance(call, tuple) else getattr(call, "__name__", "a call")
            try:
                _make_call(trial, component, call)
            except Exception:  # whichever it likes
                expect_equal(_everything(component), before, f"after {what} was rejected, {mode} mode", rtol=0)
            else:
                fail(f"{what}, {mode} mode: expected an error, it is accepted")


def _prefixed(prefix: str, arrays: dict[str, Array]) -> dict[str, Array]:
    return {f"{prefix}{name}": array for name, array in arrays.items()}


def _expanded(array: Array) -> Array:
    return np.broadcast_to(array[:1], array.shape)


def _huge_row(array: Array) -> Array:
    result = np.zeros_like(array)
    result[-1] = 1e4
    return result


def _everything(component: Any) -> dict[str, Any]:
    states = {f"generator {index}": np.array(text) for index, text in enumerate(generator_states(component))}
    arrays = {**parameters(component), **gradients(component), **_prefixed("buffer ", buffers(component))}
    return {**{name: array.copy() for name, array in arrays.items()}, **states}


def _make_call(trial: Trial, component: Any, call: Any) -> None:
    if not isinstance(call, tuple):
        call(component)
    elif trial.kind == "criterion":
        component.forward(trial.draw_input(shape=call), trial.case.draw_target(trial.rng))
    else:
        component.forward(trial.draw_input(shape=call))


def _expect_accurate(trial: Trial, offset: float) -> None:
    """Compare float32 with float64. Three draws must fail: one may have fallen on a kink or a jump."""
    details: list[str] = []
    for _ in range(3):
        found = _inaccuracy(trial, offset)
        if found is None:
            return
        details.append(found)
    fail(details[0])


def _inaccuracy(trial: Trial, offset: float) -> str | None:
    for mode in trial.modes if not trial.is_stochastic else ["evaluate"]:
        for batch in trial.batches(mode, np.float32):
            batch = Batch(map_arrays(lambda array: _plus(array, offset), batch.input), batch.second, f"+{offset:g}")
            single = trial.fresh(mode, np.float32)
            double = copy.deepcopy(single)
            if trial.kind == "layer":
                double.astype(np.float64)
            exact_batch = Batch(cast(batch.input, np.float64), cast(batch.second, np.float64))
            exact = run(copy.deepcopy(double), exact_batch)
            shaken = [run(*_shaken(trial, double, exact_batch)) for _ in range(3)]
            received = run(single, batch)
            for name, value in exact.items():
                if not np.isfinite(value).all() or largest(value) > np.finfo(np.float32).max / 16:
                    continue
                epsilon = float(np.finfo(np.float32).eps)
                sensitivity = max(largest(np.asarray(other[name] - value)) for other in shaken)
                allowed = 64 * epsilon * (largest(value) + _terms(name, exact_batch)) + 32 * sensitivity
                wrong = differing(received[name], value, allowed)
                if wrong.any():
                    element = np.unravel_index(np.argmax(wrong), wrong.shape)
                    place = f"{name}{list(map(int, element)) if element else ''}"
                    return (
                        f"{place}, shape {value.shape}, {mode} mode, {batch}: float64 gives {number(value[element])}, "
                        f"float32 {number(received[name][element])} (they may differ by {allowed:.1g})"
                    )
    return None


def _terms(name: str, batch: Batch) -> float:
    """How large the terms are that a loss or a gradient sums, which may cancel."""
    if name.startswith("output"):
        return 0.0
    return max(largest(array) for _, array in named_arrays("", batch.second)) if batch.second is not None else 0.0


def _plus(array: Array, offset: float) -> Array:
    return array + array.dtype.type(offset) if is_floating(array) else array


def _shaken(trial: Trial, component: Any, batch: Batch) -> tuple[Any, Batch]:
    """A component and a batch whose numbers are each changed by the rounding of float32."""

    def shake(array: Array) -> Array:
        if not is_floating(array):
            return array
        return array * (1 + np.finfo(np.float32).eps * trial.rng.choice([-1.0, 1.0], array.shape))

    component = copy.deepcopy(component)
    for array in [*parameters(component).values(), *buffers(component).values()]:
        if is_floating(array):
            array[...] = shake(array)
    second = batch.second if trial.kind == "criterion" else map_arrays(shake, batch.second)
    return component, Batch(map_arrays(shake, batch.input), second)


def _expect_finite(trial: Trial, mode: str, dtype: Any, input: Any, kind: str) -> None:
    component = trial.fresh(mode, dtype)
    batch = trial.batch(mode, dtype, input=input, kind=kind)
    try:
        with np.errstate(over="raise", invalid="raise", divide="raise"):
            results = run(copy.deepcopy(component), batch)
        problem = next(
            (
                f"{name} is {number(array.ravel()[np.argmin(np.isfinite(array))])}"
                for name, array in results.items()
                if not np.isfinite(array).all()
            ),
            None,
        )
    except FloatingPointError as error:
        problem = str(error)
    if problem and _is_in_range(trial, component, batch, dtype):
        fail(f"{mode} mode, {batch}, {describe(batch.second)}: {problem}, where the true result is in range")


def _is_in_range(trial: Trial, component: Any, batch: Batch, dtype: Any) -> bool:
    """Whether the true results fit the dtype, by a calculation in a dtype of wider range where the machine has one."""
    wider = np.longdouble
    if np.finfo(wider).maxexp <= np.finfo(np.float64).maxexp:
        return False  # it cannot be told here, and a correct component must not be blamed
    component = copy.deepcopy(component)
    if trial.kind == "layer":
        component.astype(wider)
    second = cast(batch.second, wider)
    try:
        results = run(component, Batch(cast(batch.input, wider), second))
    except Exception:  # a component that does not take this dtype
        return False
    limit = float(np.finfo(dtype).max)
    return all(bool((np.abs(array) < limit).all()) for array in results.values())
