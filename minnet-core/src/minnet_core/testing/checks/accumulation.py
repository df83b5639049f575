"""Parameters and their gradients: which arrays they are, that gradients add up in place, that nothing is hidden."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from ...arrays import describe, leaves
from ...places import parameter_places
from ..check import check, fail, skip
from ..comparison import are_equal, expect_equal, number
from ..state import copy_state
from ..trial import Trial, backward, forward, gradients, parameters, run, zero
from .protocol import RUNS

PASSES = 3
"""How often backward is repeated where gradients add up."""

ALIGNED = (*RUNS, "parameters_and_gradients_align")


@check("accumulation", of=["layer"], needs=["is_made"])
def parameters_and_gradients_align(trial: Trial) -> None:
    """``getParameters`` and ``getGradParameters`` return arrays that correspond, each of its own memory."""
    component = trial.case.build()
    values, slopes = list(leaves(component.getParameters())), list(leaves(component.getGradParameters()))
    for what, arrays in (("getParameters()", values), ("getGradParameters()", slopes)):
        for array in arrays:
            if not isinstance(array, np.ndarray):
                fail(f"{what}: expected arrays, received {type(array).__name__}")
    if [array.shape for array in values] != [array.shape for array in slopes]:
        fail(
            f"getGradParameters(): expected the shapes of the parameters, {[array.shape for array in values]}, "
            f"received {[array.shape for array in slopes]}"
        )
    for index, (value, slope) in enumerate(zip(values, slopes, strict=True)):
        if np.may_share_memory(value, slope) and np.shares_memory(value, slope):
            fail(f"parameter {index}, {describe(value)}: its gradient is the same memory")
    for one in range(len(slopes)):
        for other in range(one):
            tied = values[one] is values[other]
            if not tied and slopes[one].size and np.shares_memory(slopes[one], slopes[other]):
                fail(f"gradients {other} and {one}: expected memory of their own, they share it")
    parameter_places(component)  # which raises, with an explanation, on copies


@check("accumulation", of=["layer"], needs=ALIGNED)
def gradients_add_up(trial: Trial) -> None:
    """After several backward passes every gradient is the sum of theirs, in both modes."""
    _skip_without_parameters(trial)
    for mode in trial.modes:
        component, batch = trial.fresh(mode), trial.batch(mode)
        zero(component)
        forward(component, batch)
        backward(component, batch)
        once = {name: array.copy() for name, array in gradients(component).items()}
        for _ in range(PASSES - 1):
            backward(component, batch)
        expected = {name: PASSES * array for name, array in once.items()}
        expect_equal(gradients(component), expected, f"after {PASSES} backward passes, {mode} mode, {batch}")


@check("accumulation", of=["layer"], needs=ALIGNED)
def gradients_stay_the_same_arrays(trial: Trial) -> None:
    """A reference taken from ``getGradParameters`` holds the gradient after further passes: nothing rebinds it."""
    _skip_without_parameters(trial)
    for mode in trial.modes:
        component, batch = trial.fresh(mode), trial.batch(mode)
        zero(component)
        held = list(leaves(component.getGradParameters()))
        for index in range(2):
            forward(component, batch)
            backward(component, batch)
            now = list(leaves(component.getGradParameters()))
            for number_, (old, new) in enumerate(zip(held, now, strict=True)):
                if not np.array_equal(old, new, equal_nan=True):
                    fail(
                        f"gradient {number_} of getGradParameters(), {describe(old)}, {mode} mode: expected backward "
                        f"{index + 1} to change it in place (gradW += ...), it put another array in its place"
                    )


@check("accumulation", of=["layer"], needs=ALIGNED)
def zeroing_reaches_every_gradient(trial: Trial) -> None:
    """``zeroGradParameters`` fills the gradients with zeros, in the arrays that were handed out, whatever they held."""
    _skip_without_parameters(trial)
    for value in (1.0, np.nan):
        component = trial.fresh()
        held = gradients(component)
        for array in held.values():
            array.fill(value)
        component.zeroGradParameters()
        for name, array in held.items():
            if array.any():  # which nan is too
                fail(
                    f"{name}, filled with {value}: expected 0 after zeroGradParameters(), "
                    f"received {number(array.ravel()[np.flatnonzero(array)[0]])}"
                )
        if any(array.any() for array in gradients(component).values()):
            fail("zeroGradParameters(): expected the gradients to be zero, it put other arrays in their place")


@check("accumulation", of=["layer"], needs=ALIGNED)
def passes_change_no_parameter(trial: Trial) -> None:
    """Forward and backward leave the parameters as they are, bit for bit."""
    _skip_without_parameters(trial)
    for mode in trial.modes:
        component = trial.fresh(mode)
        before = {name: array.copy() for name, array in parameters(component).items()}
        for batch in trial.batches(mode):
            forward(component, batch)
            backward(component, batch)
        expect_equal(parameters(component), before, f"(a parameter) after passes, {mode} mode", rtol=0)


@check("accumulation", of=["layer"], needs=ALIGNED)
def parameters_are_live(trial: Trial) -> None:
    """Every parameter counts: a change of it in place changes the output, in float64 and in float32."""
    _skip_without_parameters(trial)
    for dtype in (np.float64, np.float32):
        alive: set[str] = set()
        for mode in trial.modes:
            for batch in trial.batches(mode, dtype):
                component = trial.fresh(mode, dtype)
                before = run(copy.deepcopy(component), batch)
                for name in parameters(component).keys() - alive:
                    changed = copy.deepcopy(component)
                    _shift(trial, parameters(changed)[name])
                    if not are_equal({"output": _first(run(changed, batch))}, {"output": _first(before)}, rtol=1e-6):
                        alive.add(name)
        for name in parameters(trial.fresh()):
            if name not in alive:
                fail(f"parameter {name}, {np.dtype(dtype)}: expected a change of it to change the output, it does not")


@check("accumulation", of=["layer"], needs=ALIGNED)
def rebound_parameters_are_used(trial: Trial) -> None:
    """A new array in the place of a parameter (``layer.W = array``) counts from the next pass on."""
    _skip_without_parameters(trial)
    for mode in trial.modes:
        batch = trial.batch(mode)
        rebound = trial.fresh(mode)
        forward(rebound, batch)
        in_place = copy.deepcopy(rebound)
        for array in _distinct(parameters(in_place)):
            _shift(trial, array)
        new: dict[int, Any] = {}
        for mine, its in zip(parameter_places(rebound), parameter_places(in_place), strict=True):
            if not all(mine.homes):
                skip(f"no attribute holds parameter {mine.name}")
            for home in mine.homes[0]:
                home.put(new.setdefault(id(its.parameter), its.parameter.copy()))
        fresh = trial.fresh(mode)
        for name, array in parameters(fresh).items():
            array[...] = parameters(in_place)[name]
        expected = run(fresh, batch)
        if are_equal(run(in_place, batch), expected):  # else state of training passes has its say
            expect_equal(run(rebound, batch), expected, f"with new arrays for its parameters, {mode} mode, {batch}")


@check("accumulation", of=["layer"], needs=ALIGNED)
def nothing_is_hidden(trial: Trial) -> None:
    """Two components with the same parameters, buffers and plain attributes compute the same: nothing else counts."""
    trained = trial.fresh()
    for array in _distinct(parameters(trained)):
        _shift(trial, array)
    for batch in [*trial.batches(), *trial.batches()]:
        forward(trained, batch)
        backward(trained, batch)
    other = trial.case.build(rng=trial.case.seed + 1).astype(np.float64)
    copy_state(trained, other)
    for mode in ("evaluate", "train"):
        for component in (trained, other):
            getattr(component, mode)()
        batch = trial.batch(mode)
        expect_equal(
            run(copy.deepcopy(other), batch),
            run(copy.deepcopy(trained), batch),
            f"of another component with the same parameters and buffers, {mode} mode, {batch}",
        )


def _skip_without_parameters(trial: Trial) -> None:
    if not parameters(trial.prototype):
        skip("it has no parameters")


def _distinct(arrays: dict[str, Any]) -> list[Any]:
    """Every array once, that has several names."""
    return list({id(array): array for array in arrays.values()}.values())


def _shift(trial: Trial, array: Any) -> None:
    """Move every element by about its size or 1."""
    array += (trial.rng.uniform(0.5, 1.5, array.shape) * (1 + np.abs(array))).astype(array.dtype)


def _first(results: dict[str, Any]) -> Any:
    """All outputs as one vector."""
    return np.concatenate([np.ravel(array) for name, array in results.items() if name.startswith("output")])
