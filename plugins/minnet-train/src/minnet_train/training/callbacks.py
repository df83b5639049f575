"""Who implements the hooks of a training, in the order in which they are called."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pluggy
from attrs import frozen

from minnet_core import MinnetError
from minnet_core.plugins import plugin_host

from .. import hookspecs
from ..errors import CallbackError

HOOKS = tuple(
    name for name, value in vars(hookspecs).items() if hasattr(value, "minnet_spec") and name != "minnet_ranks"
)
"""The names of the hooks that take part in a training."""


@frozen(eq=False)
class Implementation:
    """One function that implements a hook.

    Attributes:
        owner: the callback or plugin, as messages name it.
        hook: the name of the hook.
        function: to call.
        argument_names: those of the arguments of the hook that it takes.
    """

    owner: str
    hook: str
    function: Callable[..., Any]
    argument_names: tuple[str, ...]

    def __call__(self, **arguments: Any) -> None:
        """Call it; an error becomes a `CallbackError`, one of minnet's own gets a note of where it was raised."""
        try:
            self.function(*[arguments[name] for name in self.argument_names])
        except MinnetError as error:
            error.add_note(f"in {self.hook} of {self.owner}")
            raise
        except Exception as error:
            raise CallbackError(f"{self.owner} failed in {self.hook}: {type(error).__name__}: {error}") from error


def training_plugins() -> list[str]:
    """Name each plugin that is enabled now and takes part in every training, with its version and its hooks."""
    host = plugin_host()
    found = [(each, host.hooks(each)) for each in host.loaded]
    taking_part = [(each, [hook for hook in HOOKS if hook in hooks]) for each, hooks in found]
    return [f"{each.provider} ({', '.join(hooks)})" for each, hooks in taking_part if hooks]


@frozen(eq=False)
class Hooks:
    """The implementations of each hook; an empty tuple where there is none."""

    minnet_fit_start: tuple[Implementation, ...] = ()
    minnet_gradients_ready: tuple[Implementation, ...] = ()
    minnet_step_end: tuple[Implementation, ...] = ()
    minnet_epoch_end: tuple[Implementation, ...] = ()
    minnet_fit_end: tuple[Implementation, ...] = ()

    @classmethod
    def gather(cls, callbacks: Iterable[object]) -> Hooks:
        """Find the implementations of the plugins that are enabled now, and of callbacks, which are checked."""
        host = plugin_host()
        found: list[Implementation] = []
        for each in host.loaded:
            if not {*HOOKS}.isdisjoint(host.hooks(each)):  # most have none, and to look at each again takes time
                found += _implementations(f"plugin {each.qualified}", host.manager.get_plugin(each.qualified))
        for callback in callbacks:
            expect_callback(callback)
            found += _implementations(f"callback {type(callback).__name__}", callback)
        return cls(**{hook: tuple(each for each in found if each.hook == hook) for hook in HOOKS})


def expect_callback(callback: object) -> None:
    """Raise `TypeError` unless an object implements hooks, and only hooks that exist."""
    title = type(callback).__name__
    if isinstance(callback, type):
        raise TypeError(f"expected a callback, received the class {callback.__name__}; call it to make one")
    manager = _manager()
    try:
        manager.register(callback, "it")
        manager.check_pending()
    except pluggy.PluginValidationError as error:
        message = " ".join(str(error).split())
        raise TypeError(f"{title}: expected a callback that fits the hooks: {message}") from None
    hooks = {caller.name for caller in manager.get_hookcallers(callback) or ()}
    if others := sorted(hooks - set(HOOKS)):
        raise TypeError(f"{title}: expected a callback, received {others[0]}, which is a hook for plugins alone")
    if not hooks:
        raise TypeError(
            f"expected a callback with methods such as minnet_epoch_end, marked by minnet_core.hookimpl, "
            f"received {callback!r}"
        )
    _implementations(title, callback)


def _manager() -> pluggy.PluginManager:
    manager = pluggy.PluginManager("minnet")
    manager.add_hookspecs(hookspecs)
    return manager


def _implementations(owner: str, plugin: object) -> list[Implementation]:
    manager = _manager()
    manager.register(plugin, "it")
    found = [(hook, each) for hook in HOOKS for each in getattr(manager.hook, hook).get_hookimpls()]
    for hook, each in found:
        if each.wrapper or each.hookwrapper:
            raise TypeError(f"{owner}: expected a plain function for {hook}, received a wrapper")
    return [Implementation(owner, hook, each.function, tuple(each.argnames)) for hook, each in found]
