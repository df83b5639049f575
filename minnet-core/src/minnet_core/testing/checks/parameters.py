"""Parameters: that they count, whole and at once, that nothing else does, and that passes leave them alone."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from ...nn import find_parameters
from ..check import check
from ..numerics import are_equal, expect_equal
from ..outcomes import fail, skip
from ..passes import copy_state, forward_backward, parameters, run
from ..trials import Trial
from .accumulation import skip_without_parameters
from .protocol import RUNS


@check("accumulation", of=["layer"], needs=RUNS)
def passes_change_no_parameter(trial: Trial) -> None:
    """Forward and backward leave the parameters as they are, bit for bit and in their arrays, large ones too."""
    skip_without_parameters(trial)
    for mode in trial.modes:
        for size in (1.0, 100.0, 0.01):  # signs stay, as a parameter may have to be positive
            component = trial.fresh(mode)
            held = parameters(component)
            for array in _distinct(held):
                array *= size
            before = {name: array.copy() for name, array in held.items()}
            for batch in trial.batches(mode):
                forward_backward(component, batch)
            expect_equal(parameters(component), before, f"(a parameter) after passes, {mode} mode", rtol=0)
            for name, array in parameters(component).items():
                if array.size and not np.shares_memory(array, held[name]):
                    fail(f"{name} (a parameter) after passes, {mode} mode: expected its array, another is in its place")


@check("accumulation", of=["layer"], needs=RUNS)
def parameters_are_live(trial: Trial) -> None:
    """Every parameter counts: a change of it in place changes the output, in float64 and in float32."""
    skip_without_parameters(trial)
    for dtype in (np.float64, np.float32):
        alive: set[str] = set()
        for mode in trial.modes:
            for batch in trial.batches(mode, dtype):
                component = trial.fresh(mode, dtype)
                before = run(copy.deepcopy(component), batch)
                for name in [name for name in parameters(component) if name not in alive]:
                    changed = copy.deepcopy(component)
                    _shift(trial, parameters(changed)[name])
                    if not are_equal({"output": _first(run(changed, batch))}, {"output": _first(before)}, rtol=1e-6):
                        alive.add(name)
        for name in parameters(trial.fresh()):
            if name not in alive:
                fail(
                    f"parameter {name}, {np.dtype(dtype)}: expected a change of it to change the output, it does not; "
                    "if it is so by design, declare it in expected_failures"
                )


@check("accumulation", of=["layer"], needs=RUNS)
def changed_parameters_count_at_once(trial: Trial) -> None:
    """A change of the parameters in place, as an optimizer makes it, counts from the next pass on, in both modes."""
    skip_without_parameters(trial)
    for mode in trial.modes:
        used, batch = _used(trial, mode), trial.batch(mode)
        for array in _distinct(parameters(used)):
            _shift(trial, array)
        expected = run(_unused_like(trial, mode, used), batch)
        expect_equal(run(used, batch), expected, f"after a change of the parameters in place, {mode} mode, {batch}")


@check("accumulation", of=["layer"], needs=RUNS)
def rebound_parameters_are_used(trial: Trial) -> None:
    """A new array in the place of a parameter (``layer.W = array``) counts from the next pass on, in both modes."""
    skip_without_parameters(trial)
    for mode in trial.modes:
        used, batch = _used(trial, mode), trial.batch(mode)
        new: dict[int, Any] = {}
        for place in find_parameters(used):
            if not all(place.homes):
                skip(f"no attribute holds parameter {place.name}")
            if id(place.parameter) not in new:
                new[id(place.parameter)] = place.parameter.copy()
                _shift(trial, new[id(place.parameter)])
            for home in place.homes[0]:
                home.put(new[id(place.parameter)])
        expected = run(_unused_like(trial, mode, used), batch)
        expect_equal(run(used, batch), expected, f"with new arrays for its parameters, {mode} mode, {batch}")


@check("accumulation", of=["layer"], needs=RUNS)
def nothing_is_hidden(trial: Trial) -> None:
    """Two components with the same parameters, buffers and plain attributes compute the same: nothing else counts."""
    trained = trial.fresh()
    for array in _distinct(parameters(trained)):
        _shift(trial, array)
    for batch in [*trial.batches(), *trial.batches()]:
        forward_backward(trained, batch)
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


def _used(trial: Trial, mode: str) -> Any:
    """A component after a pass."""
    component = trial.fresh(mode)
    run(component, trial.batch(mode))
    return component


def _unused_like(trial: Trial, mode: str, used: Any) -> Any:
    """A component that has the state of another, and has seen no batch in this mode."""
    component = trial.fresh(mode)
    copy_state(used, component)
    return component


def _distinct(arrays: dict[str, Any]) -> list[Any]:
    """Every array once, that has several names."""
    return list({id(array): array for array in arrays.values()}.values())


def _shift(trial: Trial, array: Any) -> None:
    """Move every element by about its size or 1."""
    array += (trial.rng.uniform(0.5, 1.5, array.shape) * (1 + np.abs(array))).astype(array.dtype)


def _first(results: dict[str, Any]) -> Any:
    """All outputs as one vector."""
    return np.concatenate([np.ravel(array) for name, array in results.items() if name.startswith("output")])
