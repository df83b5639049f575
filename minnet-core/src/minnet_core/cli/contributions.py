"""The commands that plugins contribute: `LazyCommand`, and whose each command is."""

from __future__ import annotations

from collections.abc import Iterable
from pkgutil import resolve_name
from typing import Any

import click
from attrs import frozen

from ..discovery import Declaration
from ..plugins import guarded, plugin_host
from ..registry import contributed_registries
from .listing import listing_of


class LazyCommand(click.Command):
    """A command whose module is imported when it runs, shows its own ``--help``, or has its options completed.

    Commands of plugins should be lazy, so that ``minnet --help`` does not wait for what they import:

    .. code-block:: python

        @hookimpl
        def minnet_commands():
            return [LazyCommand("fit", "minnet_swish.commands:fit", "Fit a curve.")]

    Args:
        name: of the command.
        target: the command itself, ``"module:attribute"``.
        summary: the first sentence of its docstring.
    """

    def __init__(self, name: str, target: str, summary: str) -> None:
        super().__init__(name, help=summary)
        self.target = target

    def load(self) -> click.Command:
        """Import the command itself.

        Raises:
            TypeError: if the target is none. What importing it raises is passed on.
        """
        command = resolve_name(self.target)
        if not isinstance(command, click.Command):
            raise TypeError(f"expected a click command in {self.target}, received {command!r}")
        return command

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        return self.load().make_context(*args, **kwargs)  # of which the command itself is the command that runs

    def invoke(self, ctx: click.Context) -> Any:
        return self.load().invoke(ctx)


@frozen
class Contribution:
    """A command and the plugin that it comes from."""

    command: click.Command
    plugin: Declaration

    def load(self) -> click.Command:
        """Import the command if it is lazy."""
        if not isinstance(self.command, LazyCommand):
            return self.command
        with guarded(self.plugin, f"cannot load its command {self.command.name!r}"):
            return self.command.load()


def contributions() -> list[Contribution]:
    """Ask every plugin for its commands, and list its registries, the first-party ones first."""
    host = plugin_host()
    commands = [
        Contribution(command, plugin)
        for plugin in list(host.loaded)
        for command in host.call(plugin, "minnet_commands", _accept, True) or ()
    ]
    listings = [Contribution(listing_of(registry), plugin) for registry, plugin in contributed_registries()]
    return sorted([*commands, *listings], key=lambda each: host.loaded.index(each.plugin))


def _accept(returned: Iterable[click.Command]) -> list[click.Command]:
    if isinstance(returned, click.Command):
        raise TypeError(f"expected a list of click commands, received one: return [{returned.name}]")
    commands = list(returned)
    for command in commands:
        if not isinstance(command, click.Command):
            raise TypeError(f"expected click commands, received {command!r}")
        name = command.name
        if not (isinstance(name, str) and name.isprintable() and name.split() == [name]):
            raise TypeError(f"expected a command whose name is a word, received {name!r}")
        summary = command.get_short_help_str()  # which fails now rather than in everybody's --help
        if not " ".join(summary.split()).isprintable():
            raise ValueError(f"expected a summary of {name} that can be printed, received {summary!r}")
    return commands
