"""Components as parameters of an estimator: a name, a config, or an object, of which a copy is taken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from inspect import signature
from typing import Any

import numpy as np

from minnet_core import Module, build
from minnet_core.registry import Registry

AUTO = "auto"
"""What a parameter is for which an estimator chooses."""


def component(
    what: str, value: Any, registry: Registry, kind: type, *before: Any, rng: np.random.Generator | None = None
) -> Any:
    """Make what a parameter says.

    Args:
        what: the parameter, for messages.
        value: a name in the registry, a config (``{"class": "ELU", "alpha": 0.5}``), or an object, which is copied.
        registry: where names are looked up.
        kind: what the result must be.
        before: arguments of the constructor that come before those of a config.
        rng: what a component that takes ``rng`` draws from.

    Raises:
        TypeError: if it is something else.
        ConfigError: if the constructor does not take the arguments.
        UnknownComponentError, AmbiguousNameError, PluginLoadError: as looking the name up does.
    """
    if isinstance(value, str):
        value = {"class": value}
    if isinstance(value, Mapping) and isinstance(value.get("class"), str):
        with named(what):
            made = build(value, registry, *before, rng=rng)
        if isinstance(made, kind):
            return made
    elif isinstance(value, kind) and not before:
        copy: Any = value.clone() if isinstance(value, Module) else deepcopy(value)
        return copy
    example = f"the name of a component or a config {{'class': name, ...}}{'' if before else f', or a {kind.__name__}'}"
    raise TypeError(f"{what}: expected {example}, received {value!r}")


def with_arguments(what: str, value: Any, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Give a component that is a name or a config arguments of its constructor.

    Raises:
        ValueError: if it is something else, to which no argument can be given.

    >>> with_arguments("optimizer", "Adam", {"lr": 0.1})
    {'class': 'Adam', 'lr': 0.1}
    """
    config = {"class": value} if isinstance(value, str) and value != AUTO else value
    if not isinstance(config, Mapping):
        names = ", ".join(f"{what}__{name}" for name in arguments)
        raise ValueError(f"{names}: expected the name of a component or a config as {what}, received {value!r}")
    return {**config, **arguments}


def class_of(what: str, value: Any, registry: Registry) -> type:
    """Return the class that a name or a config names.

    Raises:
        TypeError: if it is neither.
        UnknownComponentError, AmbiguousNameError, PluginLoadError: as looking the name up does.
    """
    name = value.get("class") if isinstance(value, Mapping) else value
    if not isinstance(name, str):
        raise TypeError(
            f"{what}: expected the name of a component or a config {{'class': name, ...}}, received {value!r}"
        )
    with named(what):
        found: type = registry[name]
    return found


@contextmanager
def named(what: str) -> Iterator[None]:
    """Have an error say which parameter it is about."""
    try:
        yield
    except Exception as error:
        error.add_note(f"in the parameter {what}")
        raise


def needed_arguments(cls: type, given: Any = ()) -> list[str]:
    """Name the arguments that the constructor of a class must be given, and that are not yet."""
    return [
        name
        for name, each in signature(cls).parameters.items()
        if each.default is each.empty and each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD) and name not in given
    ]


def takes(cls: type, argument: str) -> bool:
    """Whether the constructor of a class takes an argument."""
    return argument in signature(cls).parameters
