"""`to_config` and `build`: a component as plain data, and back.

A config is what JSON and TOML can hold: ``{"class": "minnet-layers:Linear", "n_in": 3, "n_out": 2}``.
``class`` is a name in a registry (no Python argument can be called that), every other key an argument of the
constructor; ``modules`` lists the children that a container was given.
JSON and TOML have no tuples: ``{"class": "tuple", "items": [3, 2]}`` is one, and so is a list for an argument whose
default is a tuple.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from copy import deepcopy
from functools import lru_cache
from types import NoneType
from typing import Any

import numpy as np

from ..errors import ConfigError, recursion_limit_reached
from ..nn import (
    Component,
    Container,
    Criterion,
    Module,
    Optimizer,
    Sequential,
    children,
    construct,
    given_arguments,
    leaves,
    listed_modules,
    represented,
)
from ..registry import Registry, criterions, layers, optimizers
from ..state import global_state_kept

CHILDREN = "modules"
"""The key of a container's children, and the attribute that holds them."""

MODULE = "module"
"""The key of a child beside which ``add`` is given more: ``{"name": "stem", "inputs": ["input"], "module": ...}``."""

TUPLE, ITEMS = "tuple", "items"
"""The class that a tuple has in a config, and the key of its items; a list in a config of before stays one."""

FUSED = "minnet-core:Fused"
"""A class that is no more: `fuse` made it in version 0.1 where it now makes a `Sequential`."""

SCALARS = (bool, int, float, str, NoneType)
"""The types of most arguments, which a config holds as they are."""

_GENERATORS = (np.random.Generator, np.random.RandomState, np.random.BitGenerator, np.random.SeedSequence)


def to_config(component: Component) -> dict[str, Any]:
    """Write a layer, a model or a criterion as a config.

    The constructor's arguments are those that it was really given. Not written are ``rng`` where it is a generator
    (a config says what a model is, not how it was drawn) and the module that an optimizer trains.
    ``dtype`` is that of the parameters now.

    Raises:
        ConfigError: naming the component and the argument that JSON cannot hold; or if modules are nested too deeply.

    >>> from minnet_core import Sequential
    >>> to_config(Sequential())
    {'class': 'minnet-core:Sequential'}
    """
    try:
        # Containers are made once more.
        with global_state_kept() if isinstance(component, Module) and children(component) else nullcontext():
            return _written(component, {})
    except RecursionError as error:
        raise ConfigError(f"{type(component).__name__}: {recursion_limit_reached()}") from error


def _written(component: Component, names: dict[type, str]) -> dict[str, Any]:
    """Write a component; ``names`` are those of the classes that have been looked up for it."""
    cls = type(component)
    if cls not in names:
        names[cls] = component_name(cls)
    config: dict[str, Any] = {"class": names[cls]}
    given = given_arguments(component)
    children_given = given.pop(CHILDREN, None) if _collects_children(component, given) else None
    for name, value in given.items():
        if type(value) in (int, bool, str) and name != "dtype":  # nearly always
            config[name] = value
            continue
        if name == "rng" and isinstance(value, _GENERATORS):
            continue
        if isinstance(component, Optimizer) and value is component.module:
            continue
        if name == "dtype" and value is not None:
            value = _dtype_name(np.dtype(value))
        written = _encode(value, f"{cls.__name__}: argument {name}", names)
        config[name] = written[ITEMS] if type(value) is tuple and _takes_a_tuple(cls, name) else written
    if isinstance(component, Module):
        inner = children(component)
        if "dtype" in cls.__signature__.parameters:
            arrays = component.namedParameters().values() if inner else leaves(component.getParameters())
            own = {_dtype_name(array.dtype) for array in arrays if isinstance(array, np.ndarray)}
            if len(own) == 1:
                config["dtype"] = own.pop()
        present = [child for _, child in listed_modules(component)]
        added = _added(component, present) if present and CHILDREN not in given else []
        if added or children_given is not None:  # a constructor may demand the list, even if none of it is left
            first = len(present) - len(added)
            config[CHILDREN] = [
                _placed(_written(child, names), component, first + index) for index, child in enumerate(added)
            ]
    return config


def _placed(config: dict[str, Any], container: Module, index: int) -> dict[str, Any]:
    """Write a child with what ``add`` was given beside it: the name of a node of a graph, and what it takes."""
    given = container._added_with(index) if isinstance(container, Container) else {}
    return {**given, MODULE: config} if given else config


def build(
    config: Mapping[str, Any], registry: Registry = layers, /, *args: Any, rng: int | np.random.Generator | None = None
) -> Any:
    """Make a component from a config.

    Args:
        config: as `to_config` writes it, or shorter, with bare names.
        registry: where to look the class up: ``layers``, ``criterions`` or ``optimizers``.
        args: arguments that come before those of the config, such as the module that an optimizer trains.
        rng: a seed or generator. Every component inside that takes ``rng`` and whose config has none gets a generator
            of its own, spawned from this one, so that one seed fixes a whole model.

    Raises:
        ConfigError: if the config has another form, an argument that the class does not take, or lacks one.
        UnknownComponentError, AmbiguousNameError, PluginLoadError: as looking the class up does.

    >>> from minnet_core import build
    >>> type(build({"class": "Sequential"})).__name__
    'Sequential'
    """
    generator = None if rng is None else np.random.default_rng(rng)
    try:
        return build_with(config, registry.__getitem__, args, generator)
    except RecursionError as error:
        raise ConfigError(f"the config cannot be built: {recursion_limit_reached()}") from error


def component_name(cls: type) -> str:
    """The qualified name of a class: its distribution's, or ``local:Name`` for one that nobody has registered.

    A class that stands for another has the name of that one, so what is saved can be loaded without it.
    """
    cls = represented(cls)
    for base, registry in ((Module, layers), (Criterion, criterions), (Optimizer, optimizers)):
        if issubclass(cls, base):
            declaration = registry.declaration_of(cls)
            return declaration.qualified if declaration else f"local:{cls.__name__}"
    raise ConfigError(f"expected a layer, criterion or optimizer, received {cls.__name__}")


@lru_cache(maxsize=64)
def _dtype_name(dtype: np.dtype[Any]) -> str:
    """Return ``dtype.name``, which NumPy puts together each time."""
    return dtype.name


def _collects_children(component: Component, given: Mapping[str, Any]) -> bool:
    """Whether an argument called ``modules`` only begins the list to which ``add`` appends: there may be others now."""
    if not (isinstance(getattr(component, CHILDREN, None), list) and hasattr(component, "add")):
        return False
    begun = given.get(CHILDREN) or ()
    return isinstance(begun, (list, tuple)) and all(isinstance(child, Module) for child in begun)


def _added(container: Module, present: list[Module]) -> list[Module]:
    """Those of the children ``present`` in a container that its constructor does not make by itself."""
    arguments = given_arguments(container)
    if CHILDREN in arguments:
        arguments[CHILDREN] = []
    if "rng" in arguments:  # a copy, so that asking for a config does not change what the program draws next
        arguments["rng"] = deepcopy(arguments["rng"])
    made = getattr(construct(type(container), (), arguments), CHILDREN)
    if [represented(type(child)) for child in made] != [represented(type(child)) for child in present[: len(made)]]:
        raise ConfigError(
            f"{type(container).__name__}: expected the modules that its constructor makes to come first, "
            f"{[type(child).__name__ for child in made]}, received {[type(child).__name__ for child in present]}"
        )
    return present[len(made) :]


def _takes_a_tuple(cls: Any, name: str) -> bool:
    """Whether a list in a config can only mean a tuple: the argument's default is one, or it is ``*name``."""
    parameter = cls.__signature__.parameters.get(name)
    return parameter is not None and (
        isinstance(parameter.default, tuple) or parameter.kind is parameter.VAR_POSITIONAL
    )


def _encode(value: Any, where: str, names: dict[type, str]) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, (bool, int, str)) or (isinstance(value, float) and math.isfinite(value)):
        return value
    if isinstance(value, Component):
        return _written(value, names)
    if isinstance(value, np.dtype) or (isinstance(value, type) and issubclass(value, np.generic)):
        return np.dtype(value).name
    if isinstance(value, (list, tuple)):
        items = [_encode(item, f"{where}[{index}]", names) for index, item in enumerate(value)]
        return {"class": TUPLE, ITEMS: items} if type(value) is tuple else items
    if isinstance(value, dict) and "class" not in value and all(isinstance(key, str) for key in value):
        return {key: _encode(item, f"{where}[{key!r}]", names) for key, item in value.items()}
    raise ConfigError(
        f"{where}: expected a value that JSON can hold (None, bool, int, finite float, str, list, dict), a dtype or a "
        f"component, received {value!r}"
    )


def build_with(
    config: Any,
    find: Callable[[str], Any],
    args: tuple[Any, ...] = (),
    rng: np.random.Generator | None = None,
    where: str = "",
    make: Callable[..., Any] = construct,
    add: Callable[..., object] = lambda container, *child, **given: container.add(*child, **given),
) -> Any:
    """Make a component from a config, as `build` does, with classes that ``find`` gives and ``make`` calls."""
    if not ((type(config) is dict or isinstance(config, Mapping)) and isinstance(config.get("class"), str)):
        raise ConfigError(f"{where}expected a config such as {{'class': 'Linear', 'n_in': 3}}, received {config!r}")
    is_fused = config["class"] == FUSED
    if is_fused:  # its ``floating`` told what the layer that is now the first, such as dropout, does by itself
        config = {name: value for name, value in config.items() if name != "floating"}
    cls: Any = Sequential if is_fused else find(config["class"])
    where = f"{where}{config['class']}: "
    parameters = cls.__signature__.parameters
    listed = parameters.get(CHILDREN)  # if a single parameter, then an ordinary one of that name
    takes_children = hasattr(cls, "add") and (listed is None or listed.kind is listed.VAR_POSITIONAL)
    added = config.get(CHILDREN, []) if takes_children else []
    if not isinstance(added, list):
        raise ConfigError(f"{where}expected a list of configs for {CHILDREN}, received {added!r}")
    arguments = {}
    for name, value in config.items():
        if name == "class" or (takes_children and name == CHILDREN):
            continue
        if not isinstance(value, SCALARS):  # which nearly all are
            value = _decode(value, find, rng, where)
            if type(value) is list and _takes_a_tuple(cls, name):
                value = tuple(value)
        arguments[name] = value
    takes_rng = parameters.get("rng")
    if takes_rng is not None and arguments.get("rng") is None:
        if rng is not None:
            arguments["rng"] = rng.spawn(1)[0]
        elif takes_rng.default is takes_rng.empty:
            arguments["rng"] = np.random.default_rng()
    component = make(cls, args, arguments, where)
    for index, child in enumerate(added):
        place = f"{where}{CHILDREN}[{index}]: "
        if isinstance(child, Mapping) and isinstance(child.get(MODULE), Mapping) and "class" not in child:
            made = build_with(child[MODULE], find, (), rng, place, make, add)
            given = {name: _decode(value, find, rng, where) for name, value in child.items() if name != MODULE}
            try:
                add(component, **{**given, MODULE: made})
            except (TypeError, ValueError) as error:
                raise ConfigError(f"{place}{error}") from error
        else:
            add(component, build_with(child, find, (), rng, place, make, add))
    if is_fused:
        component.evaluate()
    return component


def _decode(value: Any, find: Callable[[str], Any], rng: np.random.Generator | None, where: str) -> Any:
    if isinstance(value, SCALARS):  # nearly always, and much faster to tell than what is a Mapping
        return value
    if isinstance(value, list):
        return [_decode(item, find, rng, where) for item in value]
    if isinstance(value, Mapping):
        if value.get("class") == TUPLE:
            if value.keys() != {"class", ITEMS} or not isinstance(value[ITEMS], list):
                raise ConfigError(
                    f"{where}expected a tuple such as {{'class': 'tuple', 'items': [3, 2]}}, received {value!r}"
                )
            return tuple(_decode(item, find, rng, where) for item in value[ITEMS])
        if "class" in value:
            return build_with(value, find, (), rng, where)
        return {key: _decode(item, find, rng, where) for key, item in value.items()}
    return value
