"""Layers of a model that are made from the same arguments: some of them are constructed, the others are copies.

A copy takes a tenth of the time of a constructor that draws parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

import numpy as np

from ..nn import Array, Container, Module, children, construct, trained_arrays
from ..state import GlobalState
from .config import SCALARS

_SCALARS = frozenset(SCALARS)

_ENOUGH = 8
"""Layers made from the same arguments of which it takes less time to construct them than to compare two."""


def construct_or_share() -> Callable[..., Any]:
    """Return a `construct` for a model that is only looked at: layers that are made alike have the same arrays."""
    made: dict[tuple[type, str], Mapping[str, Any]] = {}

    def make(cls: type, args: tuple[Any, ...], arguments: Mapping[str, Any], where: str) -> Any:
        key = _key(cls, arguments)
        if key in made:
            return _instance(cls, made[key])
        component = construct(cls, args, arguments, where)
        if key and not hasattr(cls, "add") and not children(component):
            made[key] = Module.__getstate__(component)
        return component

    return make


def add_unchecked(container: Any, *child: Module, **given: Any) -> None:
    """Add to a container of a model that is only looked at: what was just made need not be looked for in there."""
    if type(container).add is Container.add and not given:
        container.modules.extend(child)
    else:
        container.add(*child, **given)


def construct_or_copy(classes: Collection[type]) -> Callable[..., Any]:
    """Return a `construct` for a model whose parameters are replaced afterwards: nobody can tell copies from the rest.

    A layer is a copy if two that were constructed from the same arguments show that it can be: they hold nothing but
    arrays, and values that do not change, all of which are equal but the parameters; and the global generators are
    where they were before.

    Args:
        classes: those of installed distributions. What else a constructor does, such as counting its calls, cannot be
            seen, so that of a class of somebody's program is always called.
    """
    made: dict[tuple[type, str], list[Any]] = {}

    def make(cls: type, args: tuple[Any, ...], arguments: Mapping[str, Any], where: str) -> Any:
        key = _key(cls, arguments) if cls in classes else None
        before = made.setdefault(key, []) if key else []
        if len(before) > _ENOUGH and before[-1]:
            return _copy(cls, before[-1])
        state = GlobalState.now() if len(before) == _ENOUGH else None
        component = construct(cls, args, arguments, where)
        if len(before) <= _ENOUGH:
            attributes = Module.__getstate__(component)
            is_shown = state is None or (state.is_current() and _can_copy(component, attributes, before[-1]))
            before.append(attributes if is_shown else None)
        return component

    return make


def _key(cls: type, arguments: Mapping[str, Any]) -> tuple[type, str] | None:
    return (cls, repr(arguments)) if _SCALARS.issuperset(map(type, arguments.values())) else None


def _instance(cls: type, attributes: Mapping[str, Any]) -> Any:
    twin: Any = object.__new__(cls)
    vars(twin).update(attributes)
    return twin


def _copy(cls: type, attributes: Mapping[str, Any]) -> Any:
    """Make a layer with copies of the arrays, of which one may have two names."""
    twin = _instance(cls, attributes)
    copies: dict[int, Array] = {}
    for name, value in attributes.items():
        if type(value) is np.ndarray:
            vars(twin)[name] = copies[id(value)] = copies[id(value)] if id(value) in copies else value.copy("K")
    return twin


def _can_copy(layer: Module, attributes: Mapping[str, Any], others: Mapping[str, Any]) -> bool:
    """Whether the attributes of a layer can be copied, and those of another that was made alike are no others."""
    if list(attributes) != list(others) or any(vars(base).get("__slots__") for base in type(layer).__mro__):
        return False
    trained = set(map(id, trained_arrays(layer)))
    for name, value in attributes.items():
        other = others[name]
        if type(value) is not type(other):
            return False
        if type(value) is np.ndarray:
            is_same = (value.shape, value.strides, value.dtype) == (other.shape, other.strides, other.dtype)
            is_equal = id(value) in trained or value.tobytes() == other.tobytes()
            if value is other or not (is_same and is_equal and value.flags.owndata) or value.dtype.hasobject:
                return False
        elif name != "_arguments" and not (_is_constant(value) and repr(value) == repr(other)):
            return False
    return True


def _is_constant(value: Any) -> bool:
    if type(value) is tuple:
        return all(map(_is_constant, value))
    return type(value) in _SCALARS or isinstance(value, (np.dtype, np.generic))
