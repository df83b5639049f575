"""`Watch`: whether what a table was made of is still as it was."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ..nn import PROTOCOL_ATTRIBUTES, Criterion, Module


class Watch:
    """The attributes of components, by identity: asked in every step, so it compares and computes nothing.

    Args:
        flat: the ``id`` of modules whose parameters are not watched, since somebody else knows where they are.
    """

    def __init__(self, flat: Collection[int] = ()) -> None:
        self._flat = flat
        self._components: list[tuple[object, type, dict[str, Any], int, tuple[tuple[str, Any], ...]]] = []
        self._listed: list[tuple[list[Any], tuple[Any, ...]]] = []

    def add(self, component: Module | Criterion) -> None:
        """Watch all attributes of a component but parameters, and those that passes set."""
        own = vars(component)
        passing = PROTOCOL_ATTRIBUTES.union(getattr(component, "BUFFERS", ()), getattr(component, "CACHES", ()))
        if id(component) in self._flat and isinstance(component, Module):
            passing = passing.union(component.PARAMETERS, component.PARAMETERS.values())
        held = tuple((name, value) for name, value in own.items() if name not in passing)
        self._components.append((component, type(component), own, len(own), held))
        self._listed.extend((value, tuple(value)) for _, value in held if isinstance(value, list))

    def is_current(self) -> bool:
        """Whether nothing was set, added or taken away since."""
        for component, cls, own, count, held in self._components:
            if len(own) != count or type(component) is not cls:
                return False
            for name, value in held:
                if own.get(name) is not value:
                    return False
        for listed, items in self._listed:
            if len(listed) != len(items) or any(now is not then for now, then in zip(listed, items, strict=True)):
                return False
        return True
