"""The plugins that implement hooks: loaded one by one, so that a broken one takes no other with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import RLock
from typing import Any

import pluggy
from attrs import Factory, define, frozen

from .. import hookspecs
from ..discovery import FIRST_PARTY, Declaration, Scan, Switches, is_strict, scan, switches
from ..errors import PluginLoadError
from .loading import guarded, load
from .unknown_hooks import expect_known_hooks

# Held while what is loaded changes, and never while anything is imported: another thread may hold a module's own lock.
_lock = RLock()

# The plugins whose hook is running, which may itself look components up.
_asking: ContextVar[frozenset[Declaration]] = ContextVar("asking", default=frozenset())

GROUP = "minnet"
"""The entry-point group of plugin modules."""

SPECS_GROUP = "minnet.hookspecs"
"""The entry-point group of modules that specify further hooks, which other plugins may implement."""


KINDS = ("layers", "criterions", "optimizers", "initializers")
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
            kind: ``layers``, ``criterions``, ``optimizers`` or ``initializers``.
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
        if not isinstance(name, str) or not name.isprintable():
            raise TypeError(f"expected a name that can be printed, received {name!r}")
        if name in [each.name for each in self.declarations(kind)]:
            raise ValueError(f"expected a name that is registered once, received {name!r} again")
        target = f"{cls.__module__}:{cls.__qualname__}"
        declaration = Declaration(name, self.plugin.distribution, self.plugin.version, target, cls)
        self._found.setdefault(kind, []).append(declaration)

    def declarations(self, kind: str) -> list[Declaration]:
        """List what has been registered of a kind."""
        return self._found.get(kind, [])


@define
class PluginHost:
    """The loaded plugins and the failures of the others.

    Attributes:
        manager: pluggy's, with a plugin registered under the qualified name of its entry point.
        loaded: plugins that are registered.
        failures: plugins that could not be, or one of whose hooks raised, with the error.
        registrars: what each plugin has registered by the hook ``minnet_register_components``.
        specified: the modules of hook specifications that have been added; pluggy cannot take them away again.
    """

    manager: pluggy.PluginManager
    loaded: list[Declaration] = Factory(list)
    failures: dict[Declaration, PluginLoadError] = Factory(dict)
    registrars: dict[Declaration, Registrar] = Factory(dict)
    specified: dict[str, Any] = Factory(dict)
    _seen: tuple[Scan, Switches] | None = None

    def discover(self) -> None:
        """Load the plugins that are installed and enabled now, and unload those that no longer are.

        What failed before is tried again after ``refresh()``.
        A plugin may look components up while it is imported: it is then left for the next time.

        Raises:
            PluginLoadError: if one fails and ``MINNET_STRICT_PLUGINS`` is set.
        """
        now = scan(), switches()
        if self._seen is not None and self._seen[0] is now[0] and self._seen[1] is now[1]:
            return
        specs, plugins = self._enabled(SPECS_GROUP), self._enabled(GROUP)
        modules: dict[tuple[str, Declaration], Any] = {}
        failures: dict[Declaration, PluginLoadError] = {}
        for group, declared in ((SPECS_GROUP, specs), (GROUP, plugins)):
            for each in declared:
                try:
                    modules[group, each] = load(each)
                except PluginLoadError as failure:
                    _keep(failures, each, failure)
        begun = {key for key, module in modules.items() if _is_being_imported(module)}
        with _lock:
            for plugin in [plugin for plugin in self.loaded if plugin not in plugins]:
                self.loaded.remove(plugin)
                self.manager.unregister(name=plugin.qualified)
            for plugin in list(self.failures):  # ask the hook of one that failed again
                self.registrars.pop(plugin, None)
            self.failures = failures
            for group, each in modules:
                if (group, each) not in begun:
                    self._add(group, each, modules[group, each])
            self._seen = None if begun else now

    def call(
        self,
        plugin: Declaration,
        hook: str,
        accept: Callable[[Any], Any] = lambda returned: returned,
        is_needed: bool = False,
        /,
        **arguments: Any,
    ) -> Any:
        """Call a hook of one plugin that is loaded; keep its error if it raises, or returns what it should not.

        Args:
            plugin: whose hook it is.
            hook: the name of the hook.
            accept: turns what the plugin returns into what the caller wants, and raises if it cannot.
            is_needed: whether a plugin that implements the hook is wrong to return None.
            arguments: of the hook.

        Returns:
            What ``accept`` returns; None if the plugin does not implement the hook, or fails.
        """
        others = [self.manager.get_plugin(other.qualified) for other in self.loaded if other is not plugin]
        try:
            with guarded(plugin, f"failed in {hook}"):
                caller = self.manager.subset_hook_caller(hook, others)
                found = caller(**arguments)
                if caller.spec is not None and not caller.spec.opts.get("firstresult"):
                    found = found[0] if found else None
                if found is None and is_needed and hook in self.hooks(plugin):
                    raise TypeError("expected something to be returned, received None; is there a return?")
                return None if found is None else accept(found)
        except PluginLoadError as failure:
            _keep(self.failures, plugin, failure)
            return None

    def components(self, kind: str) -> list[Declaration]:
        """List what plugins register by the hook ``minnet_register_components``.

        Each is asked once, or a computed class would be another one after ``refresh()``.
        """
        for plugin in list(self.loaded):
            if plugin not in self.registrars and plugin not in _asking.get():
                token = _asking.set(_asking.get() | {plugin})
                try:
                    registrar = Registrar(plugin)
                    self.call(plugin, "minnet_register_components", _expect_none, registrar=registrar)
                    self.registrars.setdefault(plugin, registrar)  # now that it is whole: other threads may look at it
                finally:
                    _asking.reset(token)
        # Another thread may unload a plugin at any time, and forget what it registered.
        registrars = filter(None, map(self.registrars.get, list(self.loaded)))
        return [declaration for registrar in registrars for declaration in registrar.declarations(kind)]

    def hooks(self, plugin: Declaration) -> set[str]:
        """Return the names of the hooks that a plugin implements."""
        callers = self.manager.get_hookcallers(self.manager.get_plugin(plugin.qualified)) or ()
        return {caller.name for caller in callers}

    def _enabled(self, group: str) -> list[Declaration]:
        """What is declared and enabled, ours first, so that no stranger takes the name of a hook or command of ours."""
        found = [each for each in scan().declarations(group) if switches().allows(each.distribution)]
        return sorted(found, key=lambda each: each.distribution not in FIRST_PARTY)

    def _add(self, group: str, each: Declaration, module: Any) -> None:
        """Register a plugin, or add the hooks that it specifies; those come first."""
        try:
            with guarded(each, "cannot be loaded" if group == GROUP else "cannot specify its hooks"):
                if group == GROUP and each not in self.loaded:
                    self._register(each, module)
                    self.loaded.append(each)
                elif group == SPECS_GROUP and self.specified.get(each.qualified) is not module:
                    self.manager.add_hookspecs(module)
                    self.specified[each.qualified] = module
        except PluginLoadError as failure:
            if group == GROUP and self.manager.has_plugin(each.qualified):
                self.manager.unregister(name=each.qualified)
            _keep(self.failures, each, failure)

    def _register(self, plugin: Declaration, module: Any) -> None:
        hash(module)  # pluggy keeps plugins in sets: one that cannot be hashed would fail every call
        self.manager.register(module, plugin.qualified)
        expect_known_hooks(self.manager, module)
        if not self.manager.get_hookcallers(module):
            raise TypeError(f"expected functions marked by minnet_core.hookimpl, found none in {plugin.target}")


def _expect_none(returned: object) -> None:
    """Refuse what the hook returned, which is a mistake: a generator, say, that nobody runs."""
    raise TypeError(f"expected components to be registered by registrar.register, received {returned!r}")


def _is_being_imported(module: Any) -> bool:
    """Whether a module's code is still running, in this thread or, after a deadlock that Python broke, in another."""
    return bool(getattr(getattr(module, "__spec__", None), "_initializing", False))


def _keep(failures: dict[Declaration, PluginLoadError], plugin: Declaration, failure: PluginLoadError) -> None:
    failures[plugin] = failure
    if is_strict():
        raise failure


def _new_host() -> PluginHost:
    manager = pluggy.PluginManager("minnet")
    manager.add_hookspecs(hookspecs)
    return PluginHost(manager)


_host = _new_host()


def plugin_host() -> PluginHost:
    """Return the plugins of this process, those that are installed and enabled now."""
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
