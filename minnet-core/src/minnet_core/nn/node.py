"""The modules below a module, and what its attributes hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from attrs import frozen

from .module import Module

PROTOCOL_ATTRIBUTES = frozenset({"output", "gradInput", "_arguments", "_flat", "_kin", "_parents"})


@frozen
class Place:
    """Where a module holds something: an attribute, or an item of a list or dict that is one.

    Attributes:
        name: the dotted name of it, within its module or within the whole model: ``0.W``.
        holder: the ``vars()`` of the module, or the list or dict.
        key: of the thing in ``holder``.
    """

    name: str
    holder: Any
    key: Any

    @property
    def value(self) -> Any:
        return self.holder[self.key]

    def put(self, value: Any) -> None:
        self.holder[self.key] = value


def find_places(module: Module, kind: type | tuple[type, ...]) -> Iterator[Place]:
    """Find the attributes of a module, and the items of its list and dict attributes, that are of a kind.

    Items of a tuple are found if they are modules only: others in a tuple cannot be replaced.
    """
    holder = vars(module)
    sequences = (list, tuple) if kind is Module else list
    for name, value in holder.items():
        if name in PROTOCOL_ATTRIBUTES:
            continue
        if isinstance(value, kind):
            yield Place(name, holder, name)
        elif isinstance(value, sequences):
            yield from (Place(f"{name}.{i}", value, i) for i, item in enumerate(value) if isinstance(item, kind))
        elif isinstance(value, dict):
            yield from (Place(f"{name}.{key}", value, key) for key, item in value.items() if isinstance(item, kind))


def join(prefix: str, name: str) -> str:
    """Add a step to a dotted name."""
    return f"{prefix}.{name}" if prefix else name


def children(module: Module) -> Iterator[tuple[str, Module]]:
    """Yield the modules that a module holds, by name: those of its list ``modules``, then those of other attributes."""
    listed = getattr(module, "modules", None)
    if not isinstance(listed, (list, tuple)):
        listed = ()
    for index, child in enumerate(listed):
        if isinstance(child, Module):
            yield str(index), child
    for place in find_places(module, Module):
        if place.holder is not listed:
            yield place.name, place.value


def walk(root: Module) -> Iterator[tuple[str, Module]]:
    """Yield a module and all below it, parents first, each once, with its dotted name (``""`` for the root)."""
    seen: set[int] = set()

    def descend(name: str, module: Module) -> Iterator[tuple[str, Module]]:
        if id(module) not in seen:
            seen.add(id(module))
            yield name, module
            for step, child in children(module):
                yield from descend(join(name, step), child)

    yield from descend("", root)
