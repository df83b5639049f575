"""A component as plain data, and arguments that a constructor must refuse."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
from attrs import evolve

from ...errors import ConfigError
from ...nn import Module
from ...registry import criterions, layers, optimizers
from ...saving import build_with, component_name, to_config
from ..check import check, fail, skip
from ..numerics import expect_equal
from ..passes import copy_state, parameters, parts, run
from ..trial import Trial
from .protocol import RUNS, skip_unlisted


@check("config", level="wrong result", needs=RUNS)
def a_config_makes_an_equal_component(trial: Trial) -> None:
    """``to_config`` writes down all that the constructor was given: ``build`` makes an equal component of it."""
    component = trial.prototype
    skip_unlisted(trial)
    try:
        config = to_config(component)
    except ConfigError as error:
        skip(f"its arguments cannot be written down: {error}")
    known = {component_name(type(made)): type(made) for made in parts(component)}

    def find(name: str) -> Any:
        if name in known:
            return known[name]
        registry = next((registry for registry in (layers, criterions, optimizers) if name in registry), layers)
        return registry[name]

    rebuilt = build_with(config, find)
    if type(rebuilt) is not type(component):
        fail(f"build: expected a {type(component).__name__}, received a {type(rebuilt).__name__}")
    if to_config(rebuilt) != config:
        fail(f"config: expected {config} of the rebuilt component, received {to_config(rebuilt)}")
    shapes = [{name: array.shape for name, array in parameters(made).items()} for made in (component, rebuilt)]
    if shapes[0] != shapes[1]:
        fail(f"parameters of the rebuilt component: expected shapes {shapes[0]}, received {shapes[1]}")
    if isinstance(rebuilt, Module):
        rebuilt.astype(np.float64)
    copy_state(trial.fresh(), rebuilt)
    batch = trial.batch()
    expect_equal(run(rebuilt, batch), run(trial.fresh(), batch), f"of the rebuilt component, {batch}")


@check("config", level="weakness", needs=RUNS)
def every_argument_counts(trial: Trial) -> None:
    """An argument that is not the default makes another component: it is not taken and forgotten."""
    signature = inspect.signature(trial.case.factory).parameters
    made = trial.case.build()
    for name, value in trial.case.arguments.items():
        if name not in signature or signature[name].default in (signature[name].empty, value):
            continue
        without = {other: given for other, given in trial.case.arguments.items() if other != name}
        other = evolve(trial.case, arguments=without, seed=trial.case.seed + 2**20)  # which draws another start
        try:
            built = other.build()
        except Exception:  # one of two that may not both be left out, say
            continue
        if _described(made) == _described(built):
            fail(f"argument {name}={value!r}: expected another component than without it, it is forgotten")


def _described(component: Any) -> list[tuple[str, str, str]]:
    """All that the parts of a component hold, besides the arguments they were given."""
    held = ((type(part).__name__, name, value) for part in parts(component) for name, value in vars(part).items())
    return [
        (owner, name, repr(value.tolist() if isinstance(value, np.ndarray) else value))
        for owner, name, value in held
        if name != "_arguments"
    ]


@check("config", level="weakness", of=(), needs=["is_made"])
def wrong_arguments_are_refused(trial: Trial) -> None:
    """The constructor raises an error on the arguments that the case says must be refused."""
    if not trial.case.rejected_arguments:
        skip("the case names no arguments that must be refused")
    known = inspect.signature(trial.case.factory).parameters
    takes_any = any(parameter.kind is parameter.VAR_KEYWORD for parameter in known.values())
    for arguments in trial.case.rejected_arguments:
        for name in arguments:
            if name not in known and not takes_any:
                fail(f"arguments {dict(arguments)}: expected arguments of the constructor, received {name!r}")
        try:
            trial.case.build_with(arguments)
        except Exception:  # whichever it likes
            continue
        fail(f"arguments {dict(arguments)}: expected an error, they are accepted")
