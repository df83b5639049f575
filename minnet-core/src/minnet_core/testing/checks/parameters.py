"""Parameters and their gradients: that gradients add up in place, and that parameters, and nothing else, count."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import numpy as np

from ...nn import describe, find_parameters, find_places, further_names, join, leaves, walk
from ..check import check, fail, skip
from ..numerics import are_equal, copies, expect_equal, format_number, is_floating, largest
from ..passes import Batch, backward, copy_state, distinct, forward, forward_backward, gradients, parameters, run, zero
from ..trial import Trial
from .protocol import RUNS, defines_backward_itself

_NOTHING = object()

PASSES = 3
"""How often backward is repeated where gradients add up."""

FACTOR = 1.25
"""What parameters are multiplied by, to see that passes read them; signs stay, as some must be positive."""


@check("accumulation", level="wrong result", of=["layer"], needs=["is_made"])
def parameters_and_gradients_align(trial: Trial) -> None:
    """Parameters and gradients are arrays that correspond, each of its own memory, before a pass and after it."""
    component = trial.case.build()
    _expect_alignment(component, "when it is new")
    find_parameters(component)  # which raises, with an explanation, on copies
    with suppress(Exception):  # another check tells of what is wrong with a pass
        forward_backward(component, trial.batch())
    _expect_alignment(component, "after a pass")


@check("accumulation", level="wrong result", of=["layer"], needs=RUNS)
def gradients_add_up(trial: Trial) -> None:
    """After several backward passes every gradient is the sum of theirs, in both modes."""
    _skip_without_parameters(trial)
    for mode, component, batch in trial.per_mode():
        zero(component)
        forward_backward(component, batch)
        once = copies(gradients(component))
        for _ in range(PASSES - 1):
            backward(component, batch)
        expected = {name: PASSES * array for name, array in once.items()}
        expect_equal(gradients(component), expected, f"after {PASSES} backward passes, {mode} mode, {batch}")


@check("accumulation", level="wrong result", of=["layer"], needs=RUNS)
def gradients_stay_the_same_arrays(trial: Trial) -> None:
    """A reference taken from ``getGradParameters`` holds the gradient after further passes: nothing rebinds it."""
    _skip_without_parameters(trial)
    for mode, component, batch in trial.per_mode():
        zero(component)
        held = list(leaves(component.getGradParameters()))
        for index in range(2):
            forward_backward(component, batch)
            now = list(leaves(component.getGradParameters()))
            for position, (old, new) in enumerate(zip(held, now, strict=True)):
                if not np.array_equal(old, new, equal_nan=True):
                    fail(
                        f"gradient {position} of getGradParameters(), {describe(old)}, {mode} mode: expected backward "
                        f"{index + 1} to change it in place (gradW += ...), it put another array in its place"
                    )


@check("accumulation", level="wrong result", of=["layer"], needs=RUNS)
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
                    f"received {format_number(array.ravel()[np.flatnonzero(array)[0]])}"
                )
        if any(array.any() for array in gradients(component).values()):
            fail("zeroGradParameters(): expected the gradients to be zero, it put other arrays in their place")


@check("accumulation", level="wrong result", of=["layer"], needs=["parameters_and_gradients_align"])
def new_gradients_are_zero(trial: Trial) -> None:
    """The gradients of a new component are zero."""
    _skip_without_parameters(trial)
    for name, array in gradients(trial.case.build()).items():
        if array.any():  # which nan is too
            received = format_number(largest(array))
            fail(f"{name}, {describe(array)}, of a new component: expected zeros, received {received}")


@check("accumulation", level="wrong result", of=["layer"], needs=RUNS)
def only_accGradParameters_changes_gradients(trial: Trial) -> None:
    """Forward and ``updateGradInput`` leave the gradients of the parameters alone."""
    _skip_without_parameters(trial)
    for mode, component, batch in trial.per_mode():
        for array in gradients(component).values():
            array.fill(3)
        before = copies(gradients(component))
        forward(component, batch)
        expect_equal(gradients(component), before, f"after forward, {mode} mode", rtol=0)
        if not defines_backward_itself(component):
            component.updateGradInput(batch.input, batch.second)
            expect_equal(gradients(component), before, f"after updateGradInput, {mode} mode", rtol=0)


@check("accumulation", level="wrong result", of=["layer"], needs=RUNS)
def gradients_do_without_that_of_the_input(trial: Trial) -> None:
    """``backwardParameters`` accumulates what ``backward`` does, also before that has ever run, in both modes."""
    _skip_without_parameters(trial)
    for mode, component, batch in trial.per_mode():
        zero(component)
        forward(component, batch)
        component.backwardParameters(batch.input, batch.second)
        alone = copies(gradients(component))
        zero(component)
        backward(component, batch)
        expect_equal(alone, gradients(component), f"after backwardParameters, {mode} mode, {batch}")


@check("accumulation", level="wrong result", of=["layer"], needs=RUNS)
def flat_vectors_are_what_passes_use(trial: Trial) -> None:
    """What an optimizer changes in the vectors of ``flattenParameters`` is what the next passes read and add to."""
    _skip_without_parameters(trial)
    component, expected, batch = trial.fresh(), trial.fresh(), trial.batch()
    vector, gradient = component.flattenParameters()
    vector *= FACTOR
    for array in distinct(parameters(expected)):
        array *= FACTOR
    expect_equal(run(component, batch), run(expected, batch), f"after {FACTOR} times the flat vector")
    total, known = np.abs(gradient).sum(), sum(np.abs(array).sum() for array in distinct(gradients(expected)))
    if not np.isclose(total, known, rtol=1e-6):
        fail(f"the vector of gradients: expected magnitudes that sum to {known:.6g} after a pass, received {total:.6g}")


@check("accumulation", level="wrong result", of=["layer"], needs=RUNS)
def every_gradient_is_returned(trial: Trial) -> None:
    """What adds up in backward is a gradient of ``getGradParameters``: a parameter that is forgotten is not trained.

    ``getParameters`` and ``getGradParameters`` of a container return those of every module inside.
    """
    component, batch = trial.fresh(), trial.batch()
    for what in ("getParameters", "getGradParameters"):
        returned = list(leaves(getattr(component, what)()))
        for prefix, module in walk(component):
            for array in leaves(getattr(module, what)()):
                if array.size and not any(np.shares_memory(array, other) for other in returned):
                    fail(f"{what}(): expected the arrays of module {prefix} too, {describe(array)} is not among them")
    zero(component)
    forward(component, batch)
    known = {id(array) for array in (*parameters(component).values(), *gradients(component).values())}
    declared = {join(prefix, name) for prefix, module in walk(component) for name in module.BUFFERS}
    seen = []
    for _ in range(3):
        seen.append(copies({name: array for name, array in _arrays(component).items() if id(array) not in known}))
        backward(component, batch)
    for name, before in seen[0].items():
        if name not in declared and all(name in arrays and arrays[name].shape == before.shape for arrays in seen):
            once, twice = seen[1][name] - before, seen[2][name] - seen[1][name]
            if once.any() and np.allclose(once, twice, rtol=1e-6, atol=0):
                fail(f"{name}, {describe(before)}: adds up in backward, and getGradParameters() does not return it")


@check("accumulation", level="wrong result", of=["layer"], needs=RUNS)
def passes_change_no_parameter(trial: Trial) -> None:
    """Forward and backward leave the parameters as they are, bit for bit and in their arrays, large ones too."""
    _skip_without_parameters(trial)
    for mode in trial.modes:
        for size in (1.0, 100.0, 0.01):  # signs stay, as a parameter may have to be positive
            component = trial.fresh(mode)
            held = parameters(component)
            for array in distinct(held):
                array *= size
            before = copies(held)
            for batch in trial.batches(mode):
                forward_backward(component, batch)
            expect_equal(parameters(component), before, f"(a parameter) after passes, {mode} mode", rtol=0)
            for name, array in parameters(component).items():
                if array.size and not np.shares_memory(array, held[name]):
                    fail(f"{name} (a parameter) after passes, {mode} mode: expected its array, another is in its place")


@check("accumulation", level="wrong result", of=["layer"], needs=RUNS)
def parameters_are_live(trial: Trial) -> None:
    """Every parameter counts: a change of it in place changes the output, in float64 and in float32."""
    _skip_without_parameters(trial)
    for dtype in (np.float64, np.float32):
        alive: set[str] = set()
        for _, component, batch in trial.per_batch(dtype):
            before = _output(copy.deepcopy(component), batch)
            for name in [name for name in parameters(component) if name not in alive]:
                changed = copy.deepcopy(component)
                _shift(trial, parameters(changed)[name])
                if not are_equal({"output": _output(changed, batch)}, {"output": before}, rtol=1e-6):
                    alive.add(name)
        for name in parameters(trial.fresh()):
            if name not in alive:
                fail(
                    f"parameter {name}, {np.dtype(dtype)}: expected a change of it to change the output, it does not; "
                    "if it is so by design, declare it in expected_failures"
                )


@check("accumulation", level="wrong result", of=["layer"], needs=RUNS)
def changed_parameters_count_at_once(trial: Trial) -> None:
    """A change of the parameters in place, as an optimizer makes it, counts from the next pass on, in both modes."""
    _skip_without_parameters(trial)
    for mode in trial.modes:
        used, batch = _used(trial, mode), trial.batch(mode)
        for array in distinct(parameters(used)):
            _shift(trial, array)
        expected = run(_unused_like(trial, mode, used), batch)
        expect_equal(run(used, batch), expected, f"after a change of the parameters in place, {mode} mode, {batch}")


@check("accumulation", level="wrong result", of=["layer"], needs=RUNS)
def rebound_parameters_are_used(trial: Trial) -> None:
    """A new array in the place of a parameter (``layer.W = array``) counts from the next pass on, in both modes.

    So it does where it is put by a further name that ``ALIASES`` declares (``layer.weight = array``).
    """
    _expect_arrays_by_further_names(trial.fresh(), "of a new component")
    _skip_without_parameters(trial)
    for mode in trial.modes:
        used, batch = _used(trial, mode), trial.batch(mode)
        _expect_arrays_by_further_names(used, f"{mode} mode")
        _rebind_parameters(trial, used, {})
        expected = run(_unused_like(trial, mode, used), batch)
        expect_equal(run(used, batch), expected, f"with new arrays for its parameters, {mode} mode, {batch}")
        if further := _further_names_of_parameters(used):
            _rebind_parameters(trial, used, further)
            expected = run(_unused_like(trial, mode, used), batch)
            names = ", ".join(name for _, name in further.values())
            expect_equal(run(used, batch), expected, f"with new arrays assigned as {names}, {mode} mode, {batch}")


@check("accumulation", level="wrong result", of=["layer"], needs=RUNS)
def nothing_is_hidden(trial: Trial) -> None:
    """Two components with the same parameters, buffers and plain attributes compute the same: nothing else counts."""
    trained = trial.fresh()
    for array in distinct(parameters(trained)):
        _shift(trial, array)
    for batch in [*trial.batches(), *trial.batches()]:
        forward_backward(trained, batch)
    other = trial.case.build(rng=trial.case.seed + 1).astype(np.float64)
    copy_state(trained, other)
    for mode in ("evaluate", "train"):
        for component in (trained, other):
            getattr(component, mode)()
        batch = trial.batch(mode)
        received, expected = (run(copy.deepcopy(component), batch) for component in (other, trained))
        where = f"of another component with the same parameters and buffers, {mode} mode, {batch}"
        expect_equal(received, expected, where)


def _expect_alignment(component: Any, when: str) -> None:
    values, slopes = list(leaves(component.getParameters())), list(leaves(component.getGradParameters()))
    for what, arrays in (("getParameters()", values), ("getGradParameters()", slopes)):
        for array in arrays:
            if not isinstance(array, np.ndarray):
                fail(f"{what} {when}: expected arrays, received {type(array).__name__}")
    if [array.shape for array in values] != [array.shape for array in slopes]:
        fail(
            f"getGradParameters() {when}: expected the shapes of the parameters, {[array.shape for array in values]}, "
            f"received {[array.shape for array in slopes]}"
        )
    for index, (value, slope) in enumerate(zip(values, slopes, strict=True)):
        if np.shares_memory(value, slope):
            fail(f"parameter {index}, {describe(value)}, {when}: its gradient is the same memory")
    for one in range(len(slopes)):
        for other in range(one):
            tied = values[one] is values[other]
            if not tied and slopes[one].size and np.shares_memory(slopes[one], slopes[other]):
                fail(f"gradients {other} and {one} {when}: expected memory of their own, they share it")


def _skip_without_parameters(trial: Trial) -> None:
    """Skip the check of a component that has no parameters."""
    if not parameters(trial.prototype):
        skip("it has no parameters")


def _arrays(component: Any) -> dict[str, Any]:
    """The floating arrays that a component, and the modules inside it, hold in attributes."""
    return {
        join(prefix, place.name): place.value
        for prefix, module in walk(component)
        for place in find_places(module, np.ndarray)
        if is_floating(place.value)
    }


def _used(trial: Trial, mode: str) -> Any:
    """A component after a pass."""
    component = trial.fresh(mode)
    run(component, trial.batch(mode))
    return component


def _expect_arrays_by_further_names(component: Any, where: str) -> None:
    for prefix, module in walk(component):
        for name, attribute in further_names(type(module)).items():
            if getattr(module, name, _NOTHING) is not getattr(module, attribute, None):
                fail(f"{join(prefix, name)}, {where}: expected another name of {attribute}, received another value")


def _further_names_of_parameters(component: Any) -> dict[str, tuple[Any, str]]:
    """The modules that have further names for parameters of theirs: own dotted name -> the module, a further name."""
    return {
        join(prefix, attribute): (module, name)
        for prefix, module in walk(component)
        for name, attribute in further_names(type(module)).items()
    }


def _rebind_parameters(trial: Trial, component: Any, further: Mapping[str, tuple[Any, str]]) -> None:
    """Put other arrays in the place of all parameters, by further names where there are such."""
    new: dict[int, Any] = {}
    for place in find_parameters(component):
        if not all(place.locations):
            skip(f"no attribute holds parameter {place.name}")
        if id(place.parameter) not in new:
            new[id(place.parameter)] = place.parameter.copy()
            _shift(trial, new[id(place.parameter)])
        module, name = further.get(place.name, (None, ""))
        for home in place.locations[0]:
            if module is not None and home.holder is vars(module):
                setattr(module, name, new[id(place.parameter)])
                if home.value is not new[id(place.parameter)]:
                    fail(f"{place.name}: expected the array that was assigned as {name}, it holds another")
            else:
                home.put(new[id(place.parameter)])


def _unused_like(trial: Trial, mode: str, used: Any) -> Any:
    """A component that has the state of another, and has seen no batch in this mode."""
    component = trial.fresh(mode)
    copy_state(used, component)
    return component


def _shift(trial: Trial, array: Any) -> None:
    """Move every element by about its size or 1."""
    array += (trial.rng.uniform(0.5, 1.5, array.shape) * (1 + np.abs(array))).astype(array.dtype)


def _output(component: Any, batch: Batch) -> Any:
    """All outputs of a pass as one vector."""
    results = run(component, batch)
    return np.concatenate([np.ravel(array) for name, array in results.items() if name.startswith("output")])
