"""What holds for every optimizer: it steps down, in place, the same way each time."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from attrs import evolve

from ...errors import ConfigError
from ...nn import BLOCK, Array, Optimizer
from ...registry import optimizers
from ...saving import build, to_config
from ..check import check, fail, skip
from ..numerics import copies, expect_equal, largest
from ..passes import gradients, parameters
from ..trial import Trial

STEPS = 20


@check("optimizers", level="wrong result", of=["optimizer"], needs=["can_be_copied"])
def step_runs(trial: Trial) -> None:
    """``step`` runs, and changes every parameter whose gradient is not zero, from the first step on."""
    optimizer = trial.fresh()
    for step, drawn in enumerate(_gradients(trial, optimizer, 1) * 3, 1):
        before = copies(parameters(optimizer.module))
        _steps(optimizer, [drawn])
        for name, array in parameters(optimizer.module).items():
            if not (array != before[name]).all():
                fail(f"parameter {name}, step {step}: expected every element to change, some have not")


@check("optimizers", level="wrong result", of=["optimizer"], needs=["step_runs"])
def step_changes_parameters_in_place(trial: Trial) -> None:
    """``step`` changes the arrays that the module holds, rather than put others in their place."""
    optimizer = trial.fresh()
    optimizer.module.flattenParameters()  # as when it was made; the copy that is tried here has lost that
    held = parameters(optimizer.module)
    _steps(optimizer, _gradients(trial, optimizer, 2))
    for name, array in parameters(optimizer.module).items():
        if not np.shares_memory(array, held[name]):
            fail(f"parameter {name}, after a step: expected the array that it was, it is another")


@check("optimizers", level="wrong result", of=["optimizer"], needs=["step_runs"])
def step_leaves_gradients_alone(trial: Trial) -> None:
    """``step`` does not write to the gradients."""
    optimizer = trial.fresh()
    for drawn in _gradients(trial, optimizer, 3):
        written = _steps(optimizer, [drawn])
        expect_equal(gradients(optimizer.module), written, "after a step", rtol=0)


@check("optimizers", level="wrong result", of=["optimizer"], needs=["step_runs"])
def declared_state_is_written(trial: Trial) -> None:
    """Every vector of ``STATE`` that a step needs holds something after steps: what is remembered elsewhere is lost."""
    optimizer = trial.fresh()
    if not optimizer.state_names():
        skip("it remembers nothing")
    _steps(optimizer, _gradients(trial, optimizer, 3))
    for name in optimizer.state_names():
        vector = optimizer.state.get(name)
        if vector is None or not vector.any():  # which nan is too
            fail(f"state {name}, after 3 steps: expected what STATE declares to be written, it is still zero")


@check("optimizers", level="wrong result", of=["optimizer"], needs=["step_runs"])
def steps_go_down(trial: Trial) -> None:
    """Steps along the gradient of half the square of the parameters make that smaller."""
    optimizer = trial.fresh()
    before = _half_square(optimizer)
    _descend(optimizer)
    after = _half_square(optimizer)
    if not after < before:
        fail(f"{STEPS} steps down |x|^2/2: expected less than {before:.6g}, received {after:.6g}")


@check("optimizers", level="wrong result", of=["optimizer"], needs=["step_runs"])
def steps_are_deterministic(trial: Trial) -> None:
    """Two optimizers made by the same call, used by turns, do the same by the same gradients, bit for bit."""
    one, other = trial.case.build(), trial.case.build()
    for drawn in _gradients(trial, one, STEPS):
        for optimizer in (one, other):
            _steps(optimizer, [drawn])
    expect_equal(parameters(other.module), parameters(one.module), "(a parameter) after the same steps", rtol=0)


@check("optimizers", level="weakness", of=["optimizer"], needs=["step_runs"])
def step_keeps_the_dtype(trial: Trial) -> None:
    """Parameters of float32 stay float32, and so does what the optimizer remembers; likewise float64."""
    for dtype in (np.float32, np.float64):
        optimizer = trial.fresh(dtype=dtype)
        _steps(optimizer, _gradients(trial, optimizer, 2))
        arrays = {**parameters(optimizer.module), **{f"state {name}": v for name, v in optimizer.state.items()}}
        for name, array in arrays.items():
            if array.dtype != dtype:
                fail(f"{name}, after a step: expected {np.dtype(dtype)}, received {array.dtype}")


@check("optimizers", level="wrong result", of=["optimizer"], needs=["step_runs"])
def float32_steps_are_accurate(trial: Trial) -> None:
    """Steps in float32 go where those in float64 go, to the accuracy of float32."""
    single, double = trial.fresh(dtype=np.float32), trial.fresh(dtype=np.float32)
    double.module.astype(np.float64)
    before = copies(parameters(double.module))
    if single.NEEDS_CLOSURE:  # a rounding may send it another way, to the same place
        _descend(single)
        _descend(double)
    else:
        drawn = _gradients(trial, single, STEPS)
        _steps(single, drawn)
        _steps(double, [{name: array.astype(np.float64) for name, array in given.items()} for given in drawn])
    received, expected = (
        {name: array - before[name] for name, array in parameters(made.module).items()} for made in (single, double)
    )
    rounding = {name: 1e-7 * STEPS * largest(array) for name, array in before.items()}  # a parameter's own, each step
    expect_equal(received, expected, f"(how it changed) after {STEPS} steps in float32", rtol=1e-4, atol=rounding)


@check("optimizers", level="wrong result", of=["optimizer"], needs=["step_runs"])
def gradients_of_zero_give_finite_parameters(trial: Trial) -> None:
    """Steps with gradients of zero, as a ReLU that is never active gives them, keep the parameters finite."""
    optimizer = trial.fresh()
    _steps(optimizer, [{name: np.zeros_like(array) for name, array in gradients(optimizer.module).items()}] * 3)
    for name, array in parameters(optimizer.module).items():
        if not np.isfinite(array).all():
            fail(f"parameter {name}, after 3 steps with gradients of zero: expected finite numbers, received {array}")


@check("optimizers", level="wrong result", of=["optimizer"], needs=["step_runs"])
def many_parameters_are_stepped_like_few(trial: Trial) -> None:
    """Parameters in their hundreds of thousands are each stepped as they are when there are few."""
    if type(trial.prototype).step is not Optimizer.step:
        skip("it defines step itself, to see all parameters at once")
    columns = trial.case.shapes[0][1:]
    shape = (2 * BLOCK // max(1, math.prod(columns)) + 3, *columns)
    few, many = trial.case.build(), evolve(trial.case, input=shape).build()
    start, drawn = trial.rng.standard_normal(2), trial.rng.uniform(0.5, 2, 3)
    for optimizer in (few, many):
        optimizer.module.astype(np.float64)
        for array, value in zip(parameters(optimizer.module).values(), start, strict=True):
            array.fill(value)
        for slope in drawn:
            _steps(optimizer, [{name: np.full_like(g, slope) for name, g in gradients(optimizer.module).items()}])
    for name, array in parameters(many.module).items():
        expected = parameters(few.module)[name].ravel()[0]
        array = array.ravel()
        wrong = np.flatnonzero(np.abs(array - expected) > 1e-9 * abs(expected))
        if wrong.size:
            fail(
                f"parameter {name}, {array.size} elements, number {wrong[0]}: expected {expected}, received "
                f"{array[wrong[0]]}, after steps with equal gradients for all"
            )


@check("optimizers", level="wrong result", of=["optimizer"], needs=["step_runs"])
def elements_are_stepped_apart(trial: Trial) -> None:
    """What ``update`` does to an element depends on that element's gradients alone: it gets stretches of parameters.

    With ``WHOLE_PARAMETERS``, what it does to a parameter depends on that parameter's gradients alone.
    """
    if type(trial.prototype).step is not Optimizer.step:
        skip("it defines step itself, to see all parameters at once")
    one, other = trial.fresh(), trial.fresh()
    shares = (1, 0) if one.WHOLE_PARAMETERS else (1 / 2, 1 / 2)  # of each parameter, what has the same gradients
    kept = {
        name: slice(int(array.size * share))
        for (name, array), share in zip(parameters(one.module).items(), shares, strict=True)
    }
    drawn, others = _gradients(trial, one, 3), _gradients(trial, one, 3)
    for given, different in zip(drawn, others, strict=True):
        for (name, array), part in zip(different.items(), kept.values(), strict=True):
            array.flat[part] = given[name].flat[part]
    _steps(one, drawn)
    _steps(other, others)
    for name, part in kept.items():
        expected, received = parameters(one.module)[name].flat[part], parameters(other.module)[name].flat[part]
        expect_equal({name: received}, {name: expected}, "(a parameter's part) after steps of the others alone")


@check("optimizers", level="wrong result", of=["optimizer"], needs=["step_runs"])
def frozen_groups_stay(trial: Trial) -> None:
    """Parameters of a frozen group stay as they are, and all others are stepped as they are without groups."""
    if type(trial.prototype).step is not Optimizer.step:
        skip("it defines step itself, so it has no groups")
    optimizer, other = trial.fresh(), trial.fresh()
    expected = copies(parameters(optimizer.module))
    first = next(iter(expected))
    optimizer.groups = [{"names": first, "frozen": True}]
    drawn = _gradients(trial, optimizer, 3)
    for made in (optimizer, other):
        _steps(made, drawn)
    expected = {**parameters(other.module), first: expected[first]}
    expect_equal(parameters(optimizer.module), expected, f"(a parameter) after steps with {first} in a frozen group")


@check("optimizers", level="wrong result", of=["optimizer"], needs=["step_runs"])
def steps_are_counted(trial: Trial) -> None:
    """``t`` is the number of steps that have been taken."""
    optimizer = trial.fresh()
    for count, drawn in enumerate(_gradients(trial, optimizer, 3), 1):
        _steps(optimizer, [drawn])
        if optimizer.t != count:
            fail(f"t, after {count} steps: expected {count}, received {optimizer.t!r}; step adds 1 to it")


@check("optimizers", level="wrong result", of=["optimizer"], needs=["step_runs"])
def rebound_parameters_are_stepped(trial: Trial) -> None:
    """A new array in the place of a parameter is what the next step changes."""
    optimizer, expected = trial.case.build(), trial.case.build()
    drawn = _gradients(trial, optimizer, 2)
    for made in (optimizer, expected):
        _steps(made, drawn[:1])
    for name in parameters(optimizer.module):
        setattr(optimizer.module, name, getattr(optimizer.module, name).copy())
    for made in (optimizer, expected):
        _steps(made, drawn[1:])
    received, expected = parameters(optimizer.module), parameters(expected.module)
    expect_equal(received, expected, "(a parameter that was rebound) after a step")


@check("optimizers", level="wrong result", of=["optimizer"], needs=["step_runs"])
def copies_go_on_alike(trial: Trial) -> None:
    """A deep copy goes on as the original does, bit for bit, and leaves it alone: all state is in the optimizer."""
    optimizer = trial.fresh()
    drawn = _gradients(trial, optimizer, 6)
    _steps(optimizer, drawn[:3])
    twin = copy.deepcopy(optimizer)
    before = copies(parameters(optimizer.module))
    _steps(twin, drawn[3:])
    expect_equal(parameters(optimizer.module), before, "(a parameter) after a copy of the optimizer stepped", rtol=0)
    _steps(optimizer, drawn[3:])
    expect_equal(parameters(twin.module), parameters(optimizer.module), "(a parameter) of a copy", rtol=0)


@check("optimizers", level="wrong result", of=["optimizer"], needs=["step_runs"])
def a_config_makes_an_equal_optimizer(trial: Trial) -> None:
    """``to_config`` writes down all hyperparameters: what ``build`` makes of it steps alike."""
    optimizer = trial.fresh()
    try:
        config = to_config(optimizer)
    except ConfigError as error:
        skip(f"its arguments cannot be written down: {error}")
    with optimizers.override(config["class"], type(optimizer)):
        rebuilt = build(config, optimizers, copy.deepcopy(optimizer.module))
    drawn = _gradients(trial, optimizer, 3)
    for made in (optimizer, rebuilt):
        _steps(made, drawn)
    expect_equal(parameters(rebuilt.module), parameters(optimizer.module), "(a parameter) after steps of the rebuilt")


def _gradients(trial: Trial, optimizer: Any, count: int) -> list[dict[str, Array]]:
    """Draw gradients for some steps, none of them near zero."""

    def draw(array: Array) -> Array:
        return (trial.rng.choice([-1.0, 1.0], array.shape) * trial.rng.uniform(0.2, 2, array.shape)).astype(array.dtype)

    return [{name: draw(array) for name, array in gradients(optimizer.module).items()} for _ in range(count)]


def _steps(optimizer: Any, drawn: list[dict[str, Array]]) -> dict[str, Array]:
    """Step by each of some gradients, and return the gradients as they were last set.

    Where an optimizer evaluates the loss several times a step, that is a bowl with the gradient where the step begins.
    """
    written: dict[str, Array] = {}
    for given in drawn:
        start = copies(parameters(optimizer.module))

        def evaluate(given: dict[str, Array] = given, start: dict[str, Array] = start) -> float:
            moved = [array - start[name] for name, array in parameters(optimizer.module).items()]
            slopes = {name: slope + way for (name, slope), way in zip(given.items(), moved, strict=True)}
            _set_gradients(optimizer, slopes)
            written.update(slopes)
            heights = (
                np.vdot(slope, way) + np.vdot(way, way) / 2 for slope, way in zip(given.values(), moved, strict=True)
            )
            return float(sum(heights))

        _step(optimizer, evaluate)
    return written


def _half_square(optimizer: Any) -> float:
    return sum(float(np.vdot(array, array)) / 2 for array in parameters(optimizer.module).values())


def _descend(optimizer: Any) -> None:
    """Step down half the square of the parameters."""

    def evaluate() -> float:
        _set_gradients(optimizer, parameters(optimizer.module))
        return _half_square(optimizer)

    for _ in range(STEPS):
        _step(optimizer, evaluate)


def _step(optimizer: Any, evaluate: Callable[[], float]) -> None:
    if optimizer.NEEDS_CLOSURE:
        optimizer.step(evaluate)
    else:
        evaluate()
        optimizer.step()


def _set_gradients(optimizer: Any, given: Mapping[str, Array]) -> None:
    for array, value in zip(gradients(optimizer.module).values(), given.values(), strict=True):
        array[...] = value
