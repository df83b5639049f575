"""The commands that plugins contribute, with whose they are."""

from __future__ import annotations

from collections.abc import Iterable

import click
from attrs import frozen

from ..discovery import Declaration
from ..plugins import guarded, plugin_host
from ..registry import contributed_registries
from .lazy_command import LazyCommand
from .listing import listing_of


@frozen
class Contribution:
    """A command and the plugin that it comes from."""

    command: click.Command
    plugin: Declaration

    def load(self) -> click.Command:
        """Import the command if it is lazy.

        Raises:
            PluginLoadError: if that fails.
        """
        if not isinstance(self.command, LazyCommand):
            return self.command
        with guarded(self.plugin, f"cannot load its command {self.command.name!r}"):
            return self.command.load()


def contributions() -> list[Contribution]:
    """Ask every plugin for its commands, and list its registries, the first-party ones first.

    Raises:
        PluginLoadError: if a plugin fails and ``MINNET_STRICT_PLUGINS`` is set.
    """
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
        if not (isinstance(command.name, str) and command.name.split() == [command.name]):
            raise TypeError(f"expected a command whose name is a word, received {command.name!r}")
        command.get_short_help_str()  # which fails now rather than in everybody's --help
    return commands
