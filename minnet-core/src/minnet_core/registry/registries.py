"""The registries of this process: ``layers``, ``criterions`` and ``optimizers``, and those of plugins."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextvars import ContextVar

from attrs import frozen

from ..discovery import Declaration
from ..plugins import Registrar, plugin_host
from .registry import Registry

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


layers = Registry("layers", "minnet_core.nn:Module", _computed)
criterions = Registry("criterions", "minnet_core.nn:Criterion", _computed)
optimizers = Registry("optimizers", "minnet_core.nn:Optimizer", _computed)

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
