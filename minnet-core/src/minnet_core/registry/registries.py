"""The registries that plugins add to ``layers``, ``criterions`` and ``optimizers``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..discovery import Declaration
from ..plugins import plugin_host
from .registry import REGISTRIES, Registry


def contributed_registries() -> Iterator[tuple[Registry, Declaration]]:
    """Ask every plugin for its registries, the first-party ones first; yield each with its plugin.

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
            yield registry, plugin


def all_registries() -> tuple[Registry, ...]:
    """Return ``layers``, ``criterions``, ``optimizers``, and those of plugins that are installed and enabled now."""
    return (*REGISTRIES, *(registry for registry, _ in contributed_registries()))
