"""From a module of PyTorch to the component whose counterpart it is: the mapping of examples, the other way round."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import torch

from minnet_core import CounterpartError, MinnetError, Module, Reference, counterpart_of, layers
from minnet_core.counterparts import alignment_of, component_of, is_number, is_same
from minnet_core.discovery import FIRST_PARTY
from minnet_core.nn import construct
from minnet_core.support import printable
from minnet_core.testing import ConformanceError

from ..lookup import find

STORAGE = frozenset({"device", "dtype", "inplace"})
"""Arguments that say where PyTorch stores arrays, not what is computed."""

ELSEWHERE = {"PairwiseDistance": {"p": "norm"}}
"""Arguments that a module of PyTorch keeps under another name."""


def arguments_of(module: torch.nn.Module) -> dict[str, Any]:
    """The arguments that a module of PyTorch was made with, from the attributes that keep them.

    Raises:
        CounterpartError: if one is not kept.
    """
    cls, found = type(module), {}
    for parameter in list(inspect.signature(cls.__init__).parameters.values())[1:]:
        name = parameter.name
        if (
            name in STORAGE
            or name.startswith("_")
            or parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
        ):
            continue
        attribute = ELSEWHERE.get(cls.__name__, {}).get(name, name)
        if not hasattr(module, attribute):
            if parameter.default is None:  # an argument that PyTorch has deprecated
                continue
            raise CounterpartError(f"{printable(cls.__name__)} does not keep its argument {printable(name)}")
        value = getattr(module, attribute)
        # ``bias=True`` is an argument, and an array afterwards.
        is_array = isinstance(parameter.default, bool) and not isinstance(value, bool)
        found[name] = value is not None if is_array else value
    return found


def qualified_name(module: torch.nn.Module) -> str:
    """The name under which a `Reference` has the class of a module: ``torch.nn.Linear``."""
    cls = type(module)
    if cls.__module__.startswith("torch.nn.modules.") and getattr(torch.nn, cls.__name__, None) is cls:
        return f"torch.nn.{cls.__name__}"
    return f"{cls.__module__}.{cls.__qualname__}"


def component_like(module: torch.nn.Module, ndim: int | None) -> Module:
    """Make the component that computes what a module of PyTorch does, without its arrays yet.

    Plugins are asked first, then all registered layers whose examples name the class, ours first. What is made must
    have just this module as its counterpart.

    Raises:
        CounterpartError: if there is none; says why not of the first that might have been.
    """
    name, classes = qualified_name(module), list(_classes_of(type(module)))
    try:
        arguments = arguments_of(module)
    except CounterpartError:
        if classes:
            raise
        arguments = {}
    if (found := component_of(Reference(name, arguments), ndim)) is not None:
        if not isinstance(found, Module):
            raise CounterpartError(f"a plugin answered {printable(repr(found), 100)} for {name}, which is no layer")
        return found
    reasons: list[str] = []
    for cls in classes:
        try:
            return _made(cls, name, arguments, module)
        except (MinnetError, TypeError, ValueError) as error:
            reasons.append(str(error))
    raise CounterpartError(
        reasons[0] if reasons else f"no installed layer names {printable(name)} as its counterpart in PyTorch"
    )


def _classes_of(theirs: type) -> Iterator[Any]:
    """Registered layers whose examples name a class of PyTorch, ours first."""
    found = []
    for name in layers:
        try:
            cls: Any = layers[name]
            alignment = alignment_of(cls, "torch")
        except MinnetError:  # a broken package, an ambiguous name, or no counterpart
            continue
        if any(_is_named(known.reference.name, theirs) for known in alignment.known):
            declared = layers.declaration_of(cls)
            distribution = declared.distribution if declared else ""
            found.append(((distribution not in FIRST_PARTY, distribution, cls.__name__), cls))
    return (cls for _, cls in sorted(found, key=lambda each: each[0]))


def _is_named(name: str, theirs: type) -> bool:
    try:
        return find(name) is theirs
    except ConformanceError:
        return False


def _made(cls: Any, name: str, arguments: dict[str, Any], module: torch.nn.Module) -> Module:
    """A component of a class whose counterpart has these arguments, whichever example it is made like."""
    alignment = alignment_of(cls, "torch")
    reasons: list[str] = []
    for base in alignment.known:
        theirs = base.reference.name
        if not _is_named(theirs, type(module)):
            continue
        given = dict(base.values)
        for argument, value in arguments.items():
            if (own := alignment.source_of(theirs, argument)) is not None:
                given[own] = value
        try:
            made: Module = construct(cls, (), given)
        except (MinnetError, TypeError, ValueError) as error:
            reasons.append(f"{cls.__name__} does not take what {name} has: {error}")
            continue
        different = _different(counterpart_of(made), name, arguments, type(module))
        if different is None:
            return made
        reasons.append(f"{cls.__name__} has no counterpart of {different}")
    raise CounterpartError(reasons[0])


def _different(found: Reference | None, name: str, arguments: dict[str, Any], theirs: Any) -> str | None:
    """The first argument in which a counterpart differs from a module of PyTorch; None if it is the same."""
    defaults = {each.name: each.default for each in inspect.signature(theirs.__init__).parameters.values()}
    if found is None or find(found.name) is not theirs:
        told = (f"{each}={value!r}" for each, value in arguments.items() if not is_same(value, defaults[each]))
        return f"{name} with {', '.join(told)}"
    for argument, value in arguments.items():
        if not is_same(_spread(found.arguments.get(argument, defaults[argument]), value), value):
            return f"{argument}={value!r}"
    return None


def _spread(own: Any, theirs: Any) -> Any:
    """A number that means one for each axis, as the module of PyTorch has it: 3, or (3, 3)."""
    if isinstance(theirs, tuple) and is_number(own):
        return (own,) * len(theirs)
    if isinstance(own, tuple) and is_number(theirs) and len(set(own)) == 1:
        return own[0]
    return own
