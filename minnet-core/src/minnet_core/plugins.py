"""The plugins that implement hooks: loaded one by one, so that a broken one takes no other with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import RLock
from typing import TYPE_CHECKING, Any

import pluggy
from attrs import Factory, define

from . import hookspecs
from .declaration import Declaration
from .discovery import scan
from .errors import PluginLoadError
from .first_party import FIRST_PARTY
from .loading import guarded, load
from .switches import is_strict, switches

if TYPE_CHECKING:
    from .registries import Registrar

# Reentrant, because a plugin may look a component up while it is loaded.
_lock = RLock()

GROUP = "minnet"
"""The entry-point group of plugin modules."""

SPECS_GROUP = "minnet.hookspecs"
"""The entry-point group of modules that specify further hooks, which other plugins may implement."""


@define
class PluginHost:
    """The loaded plugins and the failures of the others.

    Attributes:
        manager: pluggy's, with a plugin registered under the qualified name of its entry point.
        loaded: plugins that are registered.
        failures: plugins that could not be, or one of whose hooks raised, with the error.
        registrars: what each plugin has registered by the hook ``minnet_register_components``.
        specified: whose hook specifications have been added; pluggy cannot take them away again.
    """

    manager: pluggy.PluginManager
    loaded: list[Declaration] = Factory(list)
    failures: dict[Declaration, PluginLoadError] = Factory(dict)
    registrars: dict[Declaration, Registrar] = Factory(dict)
    specified: set[Declaration] = Factory(set)
    _seen: Any = None

    def discover(self) -> None:
        """Load the plugins that are installed and enabled now, and unload those that are no more.

        What failed before is tried again once the disk has been looked at again.

        Raises:
            PluginLoadError: if one fails and ``MINNET_STRICT_PLUGINS`` is set.
        """
        with _lock:
            now = scan(), switches()
            if self._seen is not None and self._seen[0] is now[0] and self._seen[1] is now[1]:
                return
            self._seen = now  # before anything is loaded: a plugin may look up a component while it is imported
            try:
                self._change_to(self._enabled(SPECS_GROUP), self._enabled(GROUP))
            except PluginLoadError:
                self._seen = None
                raise

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

        Raises:
            PluginLoadError: if it fails and ``MINNET_STRICT_PLUGINS`` is set.
        """
        others = [self.manager.get_plugin(other.qualified) for other in self.loaded if other is not plugin]
        try:
            with guarded(plugin, f"failed in {hook}"):
                results = self.manager.subset_hook_caller(hook, others)(**arguments)
                return accept(results[0]) if results else None
        except PluginLoadError as failure:
            self._keep(plugin, failure)
            return None

    def _change_to(self, specs: list[Declaration], plugins: list[Declaration]) -> None:
        for plugin in [plugin for plugin in self.loaded if plugin not in plugins]:
            self.loaded.remove(plugin)
            self.manager.unregister(name=plugin.qualified)
        self.failures = {plugin: failure for plugin, failure in self.failures.items() if plugin in self.loaded}
        for each in specs:
            self._specify(each)
        for plugin in plugins:
            if plugin not in self.loaded:
                self._register(plugin)

    def _enabled(self, group: str) -> list[Declaration]:
        """What is declared and enabled, ours first, so that no stranger takes the name of a hook or command of ours."""
        found = [each for each in scan().declarations(group) if switches().allows(each.distribution)]
        return sorted(found, key=lambda each: each.distribution not in FIRST_PARTY)

    def _specify(self, specs: Declaration) -> None:
        if specs not in self.specified:
            try:
                module = load(specs)
                with guarded(specs, "cannot specify its hooks"):
                    self.manager.add_hookspecs(module)
                self.specified.add(specs)
            except PluginLoadError as failure:
                self._keep(specs, failure)

    def _register(self, plugin: Declaration) -> None:
        try:
            module = load(plugin)
            with guarded(plugin, "cannot be loaded"):
                self.manager.register(module, plugin.qualified)
                self.manager.check_pending()
                if not self.manager.get_hookcallers(module):
                    raise TypeError(f"expected functions marked by minnet_core.hookimpl, found none in {module!r}")
        except PluginLoadError as failure:
            if self.manager.has_plugin(plugin.qualified):
                self.manager.unregister(name=plugin.qualified)
            self._keep(plugin, failure)
        else:
            self.loaded.append(plugin)

    def _keep(self, plugin: Declaration, failure: PluginLoadError) -> None:
        self.failures[plugin] = failure
        if is_strict():
            raise failure


def _new_host() -> PluginHost:
    manager = pluggy.PluginManager("minnet")
    manager.add_hookspecs(hookspecs)
    return PluginHost(manager)


_host = _new_host()


def plugin_host() -> PluginHost:
    """Return the plugins of this process, those that are installed and enabled now."""
    with _lock:
        _host.discover()
        return _host


@contextmanager
def another_host() -> Iterator[None]:
    """Begin with no plugin loaded while the context lasts."""
    global _host
    before, _host = _host, _new_host()
    try:
        yield
    finally:
        _host = before
