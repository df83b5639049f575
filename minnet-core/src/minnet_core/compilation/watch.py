"""`Watch`: whether what a table was made of is still as it was."""

from __future__ import annotations

from typing import Any

from ..nn import PROTOCOL_ATTRIBUTES, Criterion, Module


class Watch:
    """The attributes of components, by identity: asked in every step, so it compares and computes nothing."""

    def __init__(self) -> None:
        self._held: list[tuple[dict[str, Any], str, Any]] = []
        self._counted: list[tuple[dict[str, Any], int]] = []
        self._listed: list[tuple[list[Any], tuple[Any, ...]]] = []
        self._classes: list[tuple[object, type]] = []

    def add(self, component: Module | Criterion) -> None:
        """Watch all attributes of a component but those that passes set."""
        own = vars(component)
        passing = PROTOCOL_ATTRIBUTES.union(getattr(component, "BUFFERS", ()), getattr(component, "CACHES", ()))
        self._counted.append((own, len(own)))
        self._classes.append((component, type(component)))
        for name, value in own.items():
            if name not in passing:
                self._held.append((own, name, value))
                if isinstance(value, list):
                    self._listed.append((value, tuple(value)))

    def is_current(self) -> bool:
        """Whether nothing was set, added or taken away since."""
        for own, name, value in self._held:
            if own.get(name) is not value:
                return False
        for own, count in self._counted:
            if len(own) != count:
                return False
        for component, cls in self._classes:
            if type(component) is not cls:
                return False
        for listed, items in self._listed:
            if len(listed) != len(items) or any(now is not then for now, then in zip(listed, items, strict=True)):
                return False
        return True
