"""What holds for every optimizer: it steps down, in place, the same way each time."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from ...arrays import Array
from ...config import build, to_config
from ...errors import ConfigError
from ...registries import optimizers
from ..check import check, fail, skip
from ..comparison import expect_equal
from ..trial import Trial, gradients, parameters

STEPS = 20


@check("optimizers", of=["optimizer"], needs=["is_made"])
def step_runs(trial: Trial) -> None:
    """``step`` runs, and changes every parameter whose gradient is not zero."""
    optimizer = trial.fresh()
    before = _copies(parameters(optimizer.module))
    _steps(optimizer, _gradients(trial, optimizer, 3))
    for name, array in parameters(optimizer.module).items():
        if (array == before[name]).any():
            fail(f"parameter {name}, after 3 steps: expected every element to change, some have not")


@check("optimizers", of=["optimizer"], needs=["step_runs"])
def step_changes_parameters_in_place(trial: Trial) -> None:
    """``step`` changes the arrays that the module holds, rather than put others in their place."""
    optimizer = trial.fresh()
    optimizer.module.flattenParameters()  # as when it was made; the copy that is tried here has lost that
    held = parameters(optimizer.module)
    _steps(optimizer, _gradients(trial, optimizer, 2))
    for name, array in parameters(optimizer.module).items():
        if not np.shares_memory(array, held[name]):
            fail(f"parameter {name}, after a step: expected the array that it was, it is another")


@check("optimizers", of=["optimizer"], needs=["step_runs"])
def step_leaves_gradients_alone(trial: Trial) -> None:
    """``step`` does not write to the gradients."""
    optimizer = trial.fresh()
    for drawn in _gradients(trial, optimizer, 3):
        _steps(optimizer, [drawn])
        expect_equal(gradients(optimizer.module), drawn, "after a step", rtol=0)


@check("optimizers", of=["optimizer"], needs=["step_runs"])
def steps_go_down(trial: Trial) -> None:
    """Steps along the gradient of half the square of the parameters make that smaller."""
    optimizer = trial.fresh()

    def loss() -> float:
        return sum(float(np.vdot(array, array)) / 2 for array in parameters(optimizer.module).values())

    before = loss()
    for _ in range(STEPS):
        _steps(
            optimizer, [{f"gradient of {name}": array.copy() for name, array in parameters(optimizer.module).items()}]
        )
    if not loss() < before:
        fail(f"{STEPS} steps down |x|^2/2: expected less than {before:.6g}, received {loss():.6g}")


@check("optimizers", of=["optimizer"], needs=["step_runs"])
def steps_are_deterministic(trial: Trial) -> None:
    """The same gradients give the same parameters, bit for bit, by another optimizer made by the same call."""
    one, other = trial.fresh(), trial.case.build()
    for mine, its in zip(parameters(one.module).values(), parameters(other.module).values(), strict=True):
        its[...] = mine
        mine[...] = its  # to the accuracy of both
    other.module.astype(np.float64)
    drawn = _gradients(trial, one, STEPS)
    _steps(one, drawn)
    _steps(other, drawn)
    expect_equal(parameters(other.module), parameters(one.module), "(a parameter) after the same steps", rtol=0)


@check("optimizers", of=["optimizer"], needs=["step_runs"])
def step_keeps_the_dtype(trial: Trial) -> None:
    """Parameters of float32 stay float32, and so does what the optimizer remembers; likewise float64."""
    for dtype in (np.float32, np.float64):
        optimizer = trial.fresh(dtype=dtype)
        _steps(optimizer, _gradients(trial, optimizer, 2))
        arrays = {**parameters(optimizer.module), **{f"state {name}": v for name, v in optimizer.state.items()}}
        for name, array in arrays.items():
            if array.dtype != dtype:
                fail(f"{name}, after a step: expected {np.dtype(dtype)}, received {array.dtype}")


@check("optimizers", of=["optimizer"], needs=["step_keeps_the_dtype"])
def float32_steps_are_accurate(trial: Trial) -> None:
    """Steps in float32 go where those in float64 go, to the accuracy of float32."""
    single, double = trial.fresh(dtype=np.float32), trial.fresh(dtype=np.float32)
    double.module.astype(np.float64)
    drawn = _gradients(trial, single, STEPS)
    _steps(single, drawn)
    _steps(double, [{name: array.astype(np.float64) for name, array in given.items()} for given in drawn])
    expect_equal(parameters(single.module), parameters(double.module), f"after {STEPS} steps in float32", rtol=1e-4)


@check("optimizers", of=["optimizer"], needs=["step_runs"])
def rebound_parameters_are_stepped(trial: Trial) -> None:
    """A new array in the place of a parameter is what the next step changes."""
    optimizer = trial.fresh()
    drawn = _gradients(trial, optimizer, 2)
    _steps(optimizer, drawn[:1])
    expected = copy.deepcopy(optimizer)
    for name in parameters(optimizer.module):
        setattr(optimizer.module, name, getattr(optimizer.module, name).copy())
    _steps(optimizer, drawn[1:])
    _steps(expected, drawn[1:])
    expect_equal(
        parameters(optimizer.module), parameters(expected.module), "(a parameter that was rebound) after a step"
    )


@check("optimizers", of=["optimizer"], needs=["step_runs"])
def copies_go_on_alike(trial: Trial) -> None:
    """A deep copy goes on as the original does, bit for bit, and leaves it alone: all state is in the optimizer."""
    optimizer = trial.fresh()
    drawn = _gradients(trial, optimizer, 6)
    _steps(optimizer, drawn[:3])
    twin = copy.deepcopy(optimizer)
    before = _copies(parameters(optimizer.module))
    _steps(twin, drawn[3:])
    expect_equal(parameters(optimizer.module), before, "(a parameter) after a copy of the optimizer stepped", rtol=0)
    _steps(optimizer, drawn[3:])
    expect_equal(parameters(twin.module), parameters(optimizer.module), "(a parameter) of a copy", rtol=0)


@check("optimizers", of=["optimizer"], needs=["step_runs"])
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


def _steps(optimizer: Any, drawn: list[dict[str, Array]]) -> None:
    for given in drawn:
        for name, array in gradients(optimizer.module).items():
            array[...] = given[name]
        optimizer.step()


def _copies(arrays: dict[str, Array]) -> dict[str, Array]:
    return {name: array.copy() for name, array in arrays.items()}
