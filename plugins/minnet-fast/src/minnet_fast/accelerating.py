"""`accelerate`: the instances of known classes become instances of their twins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TypeVar

from minnet_core import Criterion, Module, Optimizer
from minnet_core.nn import walk

from .loading import extension

_T = TypeVar("_T", Module, Criterion, Optimizer)

_TWINS = {
    "minnet_layers": "layers",
    "minnet_criterions": "criterions",
    "minnet_optimizers": "optimizers",
    "minnet_conv": "images",
    "minnet_tables": "tables",
}
"""Package -> the module with the twins of its classes; imported when an instance is met, so that none is needed."""


def accelerate(component: _T) -> _T:
    """Exchange, in place, the class of a layer, a criterion or an optimizer, and of all inside it, for its twin.

    A twin is a subclass that computes the same in C where arrays are float32 and contiguous, and leaves everything else
    to its base class: other arrays, and whatever is an error. It has the name of its base class, is saved under it, and
    its files are loaded where there is no minnet-fast. Its results are the same up to rounding, and new arrays.

    What has no twin stays as it is: the classes of others, subclasses, and everything where no extension was compiled.

    Args:
        component: a layer or model, a criterion, or an optimizer (of which the model is left alone).

    Returns:
        The same object.

    Raises:
        TypeError: if it is none of these.

    >>> from minnet_layers import ReLU
    >>> layer = ReLU()
    >>> accelerate(layer) is layer
    True
    """
    if not isinstance(component, (Module, Criterion, Optimizer)):
        raise TypeError(f"accelerate: expected a layer, a criterion or an optimizer, received {component!r}")
    for part in _parts(component):
        twin = twin_of(type(part))
        if twin is not None:
            part.__class__ = twin
    return component


def _parts(component: Module | Criterion | Optimizer) -> Iterator[Module | Criterion | Optimizer]:
    """Yield all modules of a model, the criterions of a composite, or an optimizer alone."""
    if isinstance(component, Module):
        yield from (part for _, part in walk(component))
        return
    yield component
    for part in getattr(component, "criterions", ()) if isinstance(component, Criterion) else ():
        yield from _parts(part)


def twin_of(cls: type) -> type | None:
    """Return the twin of a class; None if it has none, as in an installation without the extension."""
    package = cls.__module__.partition(".")[0]
    if extension is None or package not in _TWINS:
        return None
    twins: Mapping[type, type] = import_module(f".twins.{_TWINS[package]}", __package__).TWINS
    return twins.get(cls)
