"""The plugins that implement hooks: loaded one by one, so that a broken one takes no other with it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from threading import RLock
from typing import TYPE_CHECKING, Any

import pluggy
from attrs import Factory, define

from . import hookspecs
from .discovery import Declaration, declarations, is_strict, plugin_switches
from .errors import PluginLoadError

if TYPE_CHECKING:
    from .registries import Registrar

# Reentrant, because a plugin may look a component up while it is loaded.
_lock = RLock()

GROUP = "minnet"
"""The entry-point group of plugin modules."""


@define
class PluginHost:
    """The loaded plugins and the failures of the others.

    Attributes:
        manager: pluggy's, with a plugin registered under the qualified name of its entry point.
        loaded: plugins that are registered.
        failures: plugins that could not be, or one of whose hooks raised, with the error.
        registrars: what each plugin has registered by the hook ``minnet_register_components``.
    """

    manager: pluggy.PluginManager
    loaded: list[Declaration] = Factory(list)
    failures: dict[Declaration, PluginLoadError] = Factory(dict)
    registrars: dict[Declaration, Registrar] = Factory(dict)

    def discover(self) -> None:
        """Load the installed and enabled plugins that were not met before."""
        is_enabled = plugin_switches()
        with _lock:
            for plugin in declarations(GROUP):
                if is_enabled(plugin.distribution) and plugin not in self.loaded and plugin not in self.failures:
                    self.load(plugin)

    def load(self, plugin: Declaration) -> None:
        """Import and register one plugin; keep its error if that fails.

        Raises:
            PluginLoadError: if it fails and ``MINNET_STRICT_PLUGINS`` is set.
        """
        try:
            self.manager.register(plugin.load(), plugin.qualified)
            self.manager.check_pending()
        except (Exception, SystemExit) as error:  # a plugin that exits must not end the program that loads it
            if self.manager.has_plugin(plugin.qualified):
                self.manager.unregister(name=plugin.qualified)
            self._fail(plugin, f"{plugin.target} cannot be loaded", error)
        else:
            self.loaded.append(plugin)

    def call(
        self,
        plugin: Declaration,
        hook: str,
        accept: Callable[[Any], Any] = lambda returned: returned,
        /,
        **arguments: Any,
    ) -> Any:
        """Call a hook of one plugin; keep its error if it raises, or returns what it should not.

        Args:
            plugin: one that is loaded.
            hook: the name of the hook.
            accept: turns what the plugin returns into what the caller wants, and raises if it cannot.
            arguments: of the hook.

        Returns:
            What ``accept`` returns; None if the plugin does not implement the hook, returns nothing, or fails.
        """
        others = [self.manager.get_plugin(other.qualified) for other in self.loaded if other is not plugin]
        try:
            results = self.manager.subset_hook_caller(hook, others)(**arguments)
            return accept(results[0]) if results else None
        except (Exception, SystemExit) as error:
            self._fail(plugin, f"{hook} of {plugin.target} failed", error)
            return None

    def _fail(self, plugin: Declaration, what: str, error: BaseException) -> None:
        failure = PluginLoadError(f"{plugin.provider}: {what}: {type(error).__name__}: {error}")
        failure.__cause__ = error
        self.failures[plugin] = failure
        if is_strict():
            raise failure


def plugin_host() -> PluginHost:
    """Return the plugins of this process, loading them at the first call."""
    with _lock:
        return _make_host()


@cache
def _make_host() -> PluginHost:
    manager = pluggy.PluginManager("minnet")
    manager.add_hookspecs(hookspecs)
    host = PluginHost(manager)
    host.discover()
    return host
