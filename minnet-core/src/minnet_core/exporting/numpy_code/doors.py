"""Where the formulas of layers are found: entry points, ours and a stranger's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from ...discovery import scan, switches
from ...nn import Module, definition_depth, represented
from ...plugins import load
from ...registry import layers
from .containers import KNOWN
from .formula import Formula, Structure

FORMULAS = "minnet.formulas"
"""The entry-point group: name of a layer -> a function of NumPy, a `Formula` or a `Structure`."""

_PASSES = ("__call__", "forward", "updateOutput")
"""The methods that a formula stands for: a class, or an instance, with others of its own computes something else."""

_F = TypeVar("_F", bound=Callable[..., Any] | Formula | Structure)

_registered: dict[type, Formula | Structure] = dict(KNOWN)


def says_formula(cls: type[Module]) -> Callable[[_F], _F]:
    """Say what a class of a running program is in a NumPy program; a distribution declares an entry point instead.

    >>> from minnet_core import Module
    >>> class Doubled(Module):
    ...     factor = 2
    >>> @says_formula(Doubled)
    ... def doubled(x, factor):
    ...     return factor * x
    """

    def register(said: _F) -> _F:
        _registered[cls] = as_formula(said)
        return said

    return register


def as_formula(said: Any) -> Formula | Structure:
    """Take a function for a formula."""
    return said if isinstance(said, (Formula, Structure)) else Formula(said)


def formula_of(module: Module) -> Formula | Structure | None:
    """Find what is said of a module; None if nothing is, or it would be wrong.

    A class inherits what is said of a base if it redefines no pass, or says that it stands for the base.
    """
    if vars(module).keys() & {*_PASSES}:
        return None
    cls = represented(type(module))
    choice = switches()
    declared = [each for each in scan().declarations(FORMULAS) if choice.allows(each.distribution)]
    for base in cls.__mro__[: definition_depth(cls, *_PASSES) + 1]:
        if base in _registered:
            return _registered[base]
        found = layers.declaration_of(base) if issubclass(base, Module) else None
        for each in declared:
            if found is not None and (each.distribution, each.name) == (found.distribution, found.name):
                return as_formula(load(each))
    return None
