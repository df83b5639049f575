"""`Registrar`: what a plugin registers computed components with."""

from __future__ import annotations

from attrs import Factory, frozen

from ..discovery import Declaration

KINDS = ("layers", "criterions", "optimizers")
"""The kinds of component that the core has registries of."""


@frozen
class Registrar:
    """What the hook ``minnet_register_components`` gets; one for each plugin.

    Attributes:
        plugin: whose components these are.
    """

    plugin: Declaration
    _found: dict[str, list[Declaration]] = Factory(dict)

    def register(self, kind: str, cls: type, name: str | None = None) -> None:
        """Register a class.

        Args:
            kind: ``layers``, ``criterions`` or ``optimizers``.
            cls: the class; that it derives from the right base is checked when it is looked up.
            name: its name, ``cls.__name__`` if not given.

        Raises:
            ValueError: if there is no such kind, or the plugin has registered the name already.
            TypeError: if it is no class, or the name no string.
        """
        if kind not in KINDS:
            raise ValueError(f"expected a kind among {sorted(KINDS)}, received {kind!r}")
        if not isinstance(cls, type):
            raise TypeError(f"expected a class, received {cls!r}")
        name = name or cls.__name__
        if not isinstance(name, str):
            raise TypeError(f"expected a name, received {name!r}")
        if name in [each.name for each in self.declarations(kind)]:
            raise ValueError(f"expected a name that is registered once, received {name!r} again")
        target = f"{cls.__module__}:{cls.__qualname__}"
        declaration = Declaration(name, self.plugin.distribution, self.plugin.version, target, cls)
        self._found.setdefault(kind, []).append(declaration)

    def declarations(self, kind: str) -> list[Declaration]:
        """List what has been registered of a kind."""
        return self._found.get(kind, [])
