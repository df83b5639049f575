"""`all_registries`: the registries of the core, and those of plugins."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextvars import ContextVar

from attrs import Factory, frozen

from ..discovery import Declaration
from ..plugins import plugin_host
from .registry import Registry


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
        if kind not in _BASES:
            raise ValueError(f"expected a kind among {sorted(_BASES)}, received {kind!r}")
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


def _module() -> type:
    from ..nn import Module

    return Module


def _criterion() -> type:
    from ..nn import Criterion

    return Criterion


def _optimizer() -> type:
    from ..nn import Optimizer

    return Optimizer


_asking: ContextVar[frozenset[Declaration]] = ContextVar("asking", default=frozenset())


def _computed(kind: str) -> list[Declaration]:
    host = plugin_host()
    for plugin in list(host.loaded):
        # Once, or a computed class would be another one after refresh(); and a hook may itself look components up.
        if plugin not in host.registrars and plugin not in _asking.get():
            token = _asking.set(_asking.get() | {plugin})
            try:
                registrar = Registrar(plugin)
                host.call(plugin, "minnet_register_components", _nothing, registrar=registrar)
                host.registrars.setdefault(plugin, registrar)  # now that it is whole: another thread may look at it
            finally:
                _asking.reset(token)
    registrars = [host.registrars[plugin] for plugin in list(host.loaded) if plugin in host.registrars]
    return [declaration for registrar in registrars for declaration in registrar.declarations(kind)]


def _nothing(returned: object) -> None:
    """What the hook returns is nothing; anything else is a mistake: a generator, say, that nobody runs."""
    raise TypeError(f"expected components to be registered by registrar.register, received {returned!r}")


# The base classes are functions here because importing them imports NumPy.
_BASES = {"layers": _module, "criterions": _criterion, "optimizers": _optimizer}

layers = Registry("layers", _module, _computed)
criterions = Registry("criterions", _criterion, _computed)
optimizers = Registry("optimizers", _optimizer, _computed)

REGISTRIES = (layers, criterions, optimizers)
"""All of them."""


@frozen
class ContributedRegistry:
    """A registry and the plugin that it comes from."""

    registry: Registry
    plugin: Declaration


def contributed_registries() -> Iterator[ContributedRegistry]:
    """Ask every plugin for its registries, the first-party ones first.

    Raises:
        PluginLoadError: if a plugin fails and ``MINNET_STRICT_PLUGINS`` is set.
    """
    host = plugin_host()
    kinds = [registry.kind for registry in REGISTRIES]

    def accept(returned: Iterable[Registry]) -> list[Registry]:
        registries = list(returned)
        for registry in registries:
            if not isinstance(registry, Registry):
                raise TypeError(f"expected registries, received {registry!r}")
            if registry.kind in kinds:
                raise ValueError(f"expected a kind that nobody else has a registry of, received {registry.kind!r}")
        return registries

    for plugin in list(host.loaded):
        for registry in host.call(plugin, "minnet_registries", accept, True) or ():
            kinds.append(registry.kind)
            yield ContributedRegistry(registry, plugin)


def all_registries() -> tuple[Registry, ...]:
    """Return ``layers``, ``criterions``, ``optimizers``, and those of plugins that are installed and enabled now."""
    return (*REGISTRIES, *(each.registry for each in contributed_registries()))
