"""Analytic gradients against the slopes of the function that forward computes, in float64."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
from attrs import evolve

from ...nn import Array, given_arguments
from ..check import check, fail, skip
from ..gradient_check import differentiable, explain_mismatch, magnitude, repeated_objective
from ..numerics import (
    STEP,
    Line,
    Mismatch,
    central_difference,
    copied,
    directions,
    expect_equal,
    find_mismatch,
    format_number,
    is_floating,
    largest,
    map_arrays,
    named_arrays,
    scaled,
)
from ..passes import Batch, backward, buffers, forward, run
from ..trait_detection import expect_as_calculated, rounds_to_float32
from ..trial import Trial
from .protocol import RUNS, SLOPES, only_gradients, single_samples

CHOSEN = 3
"""How many elements of an output, and of an input for each, are looked at where there may be kinks."""

REDRAWS = 8
"""How many inputs are drawn in search of one that is on no kink."""

INPUT = (*RUNS, "gradInput_has_the_shape_of_input", "separate_calls_equal_backward")

SLOPE = (*INPUT, "gradInput_is_the_slope")


@check("gradients", level="wrong result", needs=INPUT)
def gradInput_is_the_slope(trial: Trial) -> None:
    """``gradInput`` equals central differences in training mode, on drawn inputs of every shape."""
    _compare_shapes(trial, "train", "gradInput")


@check("gradients", level="wrong result", needs=SLOPE)
def gradInput_is_the_slope_for_one_sample(trial: Trial) -> None:
    """``gradInput`` equals central differences for a batch of a single sample."""
    _compare(trial, "train", trial.single, "gradInput")


@check("gradients", level="wrong result", needs=SLOPE)
def gradInput_is_the_slope_for_negative_inputs(trial: Trial) -> None:
    """``gradInput`` equals central differences where every number of the input is negative."""
    _compare(trial, "train", lambda: _signed(trial, -1, "negative"), "gradInput")


@check("gradients", level="wrong result", needs=SLOPE)
def gradInput_is_the_slope_for_positive_inputs(trial: Trial) -> None:
    """``gradInput`` equals central differences where every number of the input is positive."""
    _compare(trial, "train", lambda: _signed(trial, 1, "positive"), "gradInput")


@check("gradients", level="wrong result", needs=SLOPE)
def gradInput_is_the_slope_for_larger_inputs(trial: Trial) -> None:
    """``gradInput`` equals central differences for inputs 4 and 40 times as large, where functions saturate."""
    trial.require_real()
    for size in (4.0, 40.0):

        def larger(size: float = size) -> Batch:
            return _changed(trial, partial(scaled, factor=size), f"{size:g} times larger")

        probe = larger()
        if all(np.isfinite(array).all() for _, array in named_arrays("", forward(trial.fresh(), probe))):
            _compare(trial, "train", larger, "gradInput")


@check("gradients", level="wrong result", of=["layer"], needs=SLOPE)
def gradInput_is_the_slope_in_evaluate_mode(trial: Trial) -> None:
    """``gradInput`` equals central differences in evaluation mode, after training passes, for one sample too."""
    _compare_shapes(trial, "evaluate", "gradInput")
    if single_samples(trial, "evaluate"):
        _compare(trial, "evaluate", partial(trial.single, "evaluate"), "gradInput")


@check("gradients", level="wrong result", of=["layer"], needs=RUNS)
def parameter_gradients_are_the_slopes(trial: Trial) -> None:
    """The gradient of every parameter equals central differences in training mode, on inputs of every shape."""
    _compare_shapes(trial, "train", "gradient of")


@check("gradients", level="wrong result", of=["layer"], needs=[*RUNS, "parameter_gradients_are_the_slopes"])
def parameter_gradients_are_the_slopes_for_one_sample(trial: Trial) -> None:
    """The gradient of every parameter equals central differences for a batch of a single sample."""
    _compare(trial, "train", trial.single, "gradient of")


@check("gradients", level="wrong result", of=["layer"], needs=[*RUNS, "parameter_gradients_are_the_slopes"])
def parameter_gradients_are_the_slopes_in_evaluate_mode(trial: Trial) -> None:
    """The gradient of every parameter equals central differences in evaluation mode, for one sample too."""
    _compare_shapes(trial, "evaluate", "gradient of")
    if single_samples(trial, "evaluate"):
        _compare(trial, "evaluate", partial(trial.single, "evaluate"), "gradient of")


@check("gradients", level="wrong result", of=["layer"], needs=[*SLOPE, "parameter_gradients_are_the_slopes"])
def gradients_are_the_slopes_after_other_batches(trial: Trial) -> None:
    """In training mode, after passes over other batches, gradients equal central differences still.

    Moving statistics may begin as those of the first batch, with which backward then seems right.
    """
    if not buffers(trial.fresh("evaluate")):
        skip("it keeps nothing of other batches")
    for of in ("gradInput", "gradient of"):
        _compare(trial, "train", trial.batch, of, is_used=True)


@check("gradients", level="wrong result", of=["layer"], needs=[*INPUT, *SLOPES])
def backward_is_linear_in_gradOutput(trial: Trial) -> None:
    """Backward of a sum of two gradOutputs is the sum of their backwards, at any size of them; of zero it is zero."""
    for mode in trial.modes:
        batch = trial.batch(mode)
        other = Batch(batch.input, trial.gradOutput(batch.second))
        total = Batch(batch.input, map_arrays(lambda a, b: 2 * a - 3 * b, batch.second, other.second))
        nothing = Batch(batch.input, map_arrays(np.zeros_like, batch.second))
        results = (run(trial.fresh(mode), given) for given in (batch, other, total, nothing))
        one, two, both, none = map(only_gradients, results)
        expected = {name: 2 * one[name] - 3 * two[name] for name in one}
        size = {name: 1e-9 * (largest(one[name]) + largest(two[name])) for name in one}
        where = f"of twice one gradOutput minus three times another, {mode} mode"
        expect_as_calculated(trial, mode, both, expected, where, atol=size)
        for factor in (1e6, 1e-6):
            scaled_up = only_gradients(run(trial.fresh(mode), Batch(batch.input, scaled(batch.second, factor))))
            back = {name: array / factor for name, array in scaled_up.items()}
            expect_as_calculated(
                trial, mode, back, one, f"of {factor:g} times a gradOutput, divided by that, {mode} mode"
            )
        expect_equal(none, {name: np.zeros_like(array) for name, array in one.items()}, "of a gradOutput of zeros")


@check("gradients", level="wrong result", needs=SLOPE)
def gradInput_at_ties_is_a_slope(trial: Trial) -> None:
    """Where inputs are equal or zero, ``gradInput`` is the slope in every direction in which there is one.

    Maxima that are tied have none along one of them, but all together they have: their gradients must sum to it, those
    of the arrays of a table too.
    Where slopes along some directions do not add up, as those of sorted numbers, no gradient has them all.
    """
    trial.require_real(or_free=True)
    for mode in trial.modes if "train-differs" in trial.traits else ["train"]:
        for value in (0.0, 0.75):
            batch = trial.batch(mode, input=trial.constant(value), kind=f"constant {value}")
            for second in _one_hots(trial, batch.second) if trial.kind == "layer" else [batch.second]:
                _expect_slopes(trial, mode, evolve(batch, second=second))


def _signed(trial: Trial, sign: int, kind: str) -> Batch:
    trial.require_real()
    return _changed(trial, lambda array: sign * (np.abs(array) + 0.05), kind)


def _changed(trial: Trial, function: Callable[[Array], Array], kind: str) -> Batch:
    return trial.batch(input=trial.map_real(function, trial.draw_input()), kind=kind)


def _one_hots(trial: Trial, gradOutput: Any) -> Iterator[Any]:
    """GradOutputs that choose one element of the output: a sum of kinked functions may have no slope to lie between."""
    for _, array in named_arrays("gradOutput", gradOutput):
        for flat in trial.rng.choice(array.size, min(array.size, CHOSEN), replace=False):

            def chosen(other: Array, source: Array = array, flat: int = flat) -> Array:
                result = np.zeros_like(other)
                if other is source:
                    result.flat[flat] = trial.rng.choice([-1.0, 1.0])
                return result

            yield map_arrays(chosen, gradOutput)


def _compare_shapes(trial: Trial, mode: str, of: str) -> None:
    """Compare for inputs of every shape of the case."""
    for shape in trial.case.shapes:
        _compare(trial, mode, partial(trial.batch, mode, shape=shape), of)


def _compare(trial: Trial, mode: str, draw: Callable[[], Batch], of: str, *, is_used: bool = False) -> None:
    """Compare gradients of this kind with slopes; where there is a kink, draw another input, up to a cap.

    ``is_used`` says that two training passes have gone through the component.
    """
    found: Mismatch | None = None
    for _ in range(REDRAWS):
        batch = draw()
        component = trial.fresh("evaluate" if is_used else mode)
        if is_used:
            component.train()
        results = run(copy.deepcopy(component), batch)
        compared = {name: x for name, x in differentiable(component, batch).items() if name.startswith(of)}
        if not compared and is_used:
            return
        if not compared:
            skip("nothing here can be varied a little: it has no parameters, or takes integers")
        size = magnitude(component, batch)
        value = repeated_objective(component, batch)
        for name, array in compared.items():
            gradient = with_padding(trial, array, results[name], value)
            found = find_mismatch(value, array, gradient, size, trial.rng)
            if found is None:
                continue
            if found.is_kink:
                break
            _skip_if_rounded(trial, mode, abs(found.analytic - found.numeric), size)
            fail(
                f"{name}{found.place}, shape {array.shape} {array.dtype}, {mode} mode, {batch}: "
                f"analytic {format_number(found.analytic)}, numeric {format_number(found.numeric)} "
                f"(they may differ by {found.allowed:.1g})"
                + explain_mismatch(component, batch, results, name, found, trial.rng)
            )
        else:
            return
    _skip_if_rounded(trial, mode)
    fail(
        f"{name}{found.place if found else ''}, {mode} mode: each of {REDRAWS} drawn inputs has a kink there, "
        "or a jump, so that there is no slope to compare with"
    )


def with_padding(trial: Trial, array: Array, gradient: Array, value: Callable[[], float]) -> Array:
    """A gradient with slopes in the row of the padding, where it is zero: that vector is not meant to be trained.

    As in ``torch.nn.Embedding``, an argument whose name begins with ``pad`` says which row that is.
    """
    if not trial.takes_integers:
        return gradient
    for name, row in given_arguments(trial.prototype).items():
        if name.startswith("pad") and type(row) is int and -len(array) <= row < len(array) and not gradient[row].any():
            gradient = gradient.copy()
            gradient[row] = central_difference(value, array[row])
    return gradient


def _skip_if_rounded(trial: Trial, mode: str, error: float = 0.0, size: float = 0.0) -> None:
    """Skip rather than blame a gradient for what another check says: differences of rounded numbers are no slopes.

    An error is blamed all the same that is larger than the rounding of numbers of a size can make a difference.
    """
    if error <= 8 * np.finfo(np.float32).eps * size / STEP and rounds_to_float32(trial, mode):
        skip("forward rounds to float32, so that it has no slopes to compare with: see dtype_is_kept")


def _expect_slopes(trial: Trial, mode: str, batch: Batch) -> None:
    component = trial.fresh(mode)
    probe = copy.deepcopy(component)
    output = copied(forward(probe, batch))
    if not all(np.isfinite(array).all() for _, array in named_arrays("output", output)):
        skip("the function is not finite there")
    gradInput = copied(backward(probe, batch))
    noise = 1e-6 + 64 * np.finfo(np.float64).eps * magnitude(component, batch) / STEP
    gradient, value = dict(named_arrays("gradInput", gradInput)), repeated_objective(component, batch)
    varied = {name: array for name, array in named_arrays("gradInput", batch.input) if is_floating(array)}
    for name, array in varied.items():
        for direction in [*directions(array, trial.rng, CHOSEN), np.ones_like(array)]:
            _expect_slope(trial, mode, component, batch, name, Line(value, array, direction), gradient[name], noise)
    if len(varied) > 1:  # numbers may be equal across a table, as those of which the largest is taken
        together = np.concatenate([array.ravel() for array in varied.values()])
        of_all = partial(_value_of, value, together, [*varied.values()])
        line = Line(of_all, together, np.ones_like(together))
        whole = np.concatenate([np.ravel(gradient[name]) for name in varied])
        try:
            _expect_slope(trial, mode, component, batch, "gradInput of the whole table", line, whole, noise)
        finally:
            of_all()


def _value_of(value: Callable[[], float], numbers: Array, arrays: list[Array]) -> float:
    """A function of arrays, which are filled with the numbers of one vector."""
    start = 0
    for array in arrays:
        array[...] = numbers[start : start + array.size].reshape(array.shape)
        start += array.size
    return value()


def _expect_slope(
    trial: Trial, mode: str, component: Any, batch: Batch, name: str, line: Line, gradient: Array, noise: float
) -> None:
    """Expect a gradient to say the slope along a line, if there is one."""
    left, right = line.one_sided(STEP)
    margin = noise + 1e-3 * max(abs(left), abs(right))
    analytic = line.along(gradient)
    if abs(left - right) > margin or abs(analytic - (left + right) / 2) <= margin:
        return
    is_of_all = not isinstance(line.direction, tuple) and bool((line.direction == 1).all())
    if not is_of_all and not _add_up(line, trial.rng, noise):
        return
    nearer = line.one_sided(STEP / 4)
    if np.abs(np.subtract(nearer, (left, right))).max() <= margin:  # else it bends, or jumps, within the step
        _skip_if_rounded(trial, mode, abs(analytic - (left + right) / 2), magnitude(component, batch))
        place = list(line.direction) if isinstance(line.direction, tuple) else " along all elements"
        fail(
            f"{name}{place}, shape {line.x.shape}, {mode} mode, {batch}: "
            f"analytic {format_number(analytic)}, numeric {format_number((left + right) / 2)}"
            + _shared_among(gradient, (left + right) / 2)
        )


def _add_up(line: Line, rng: np.random.Generator, noise: float) -> bool:
    """Whether the slopes along pairs of directions near that of a line, which sum to twice it, sum to twice its slope.

    The directions are near, so that numbers which it keeps apart stay in their order.
    """
    if isinstance(line.direction, tuple):
        direction = np.zeros_like(line.x)
        direction[line.direction] = 1
    else:
        direction = line.direction
    slope = line.central()
    for _ in range(3):
        other = 0.1 * rng.standard_normal(line.x.shape)
        one, two = (evolve(line, direction=direction + change).central() for change in (other, -other))
        if abs(one + two - 2 * slope) > 8 * noise + 1e-6 * max(abs(one), abs(two)):
            return False
    return True


def _shared_among(gradient: Array, slope: float) -> str:
    """Say that each of some equal elements got what they should share, if so it is."""
    shares = gradient[gradient != 0]
    if len(shares) < 2 or not np.allclose(shares, slope, rtol=1e-3):
        return ""
    return f"\n  each of {len(shares)} equal elements got the whole gradient: they must share it, or one gets it alone"
