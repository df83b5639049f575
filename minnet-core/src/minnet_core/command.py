"""The ``minnet`` command: what the core offers, and what plugins add through the hook ``minnet_commands``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import click

from . import __version__
from .check_command import check
from .discovery import FIRST_PARTY, LOCAL, declarations, metadata_problems
from .errors import MinnetError, PluginLoadError
from .plugins import GROUP, plugin_host
from .registries import criterions, layers, optimizers
from .registry import Registry
from .tables import render_table

_COMPONENT_COLUMNS = ("name", "distribution", "version", "class")
_PLUGIN_COLUMNS = ("distribution", "version", "provides", "state")

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")


def contributed_commands() -> dict[str, click.Command]:
    """Ask every plugin for its commands.

    A first-party command wins a name that two have, then that of the first plugin in the order of their names.

    Raises:
        PluginLoadError: if a plugin fails and ``MINNET_STRICT_PLUGINS`` is set.
    """
    host = plugin_host()
    commands: dict[str, click.Command] = {}
    for plugin in sorted(host.loaded, key=lambda plugin: plugin.distribution not in FIRST_PARTY):
        for command in host.call(plugin, "minnet_commands", _accept_commands) or ():
            commands.setdefault(str(command.name), command)
    return commands


def _accept_commands(returned: Iterable[click.Command]) -> list[click.Command]:
    commands = list(returned)
    for command in commands:
        if not isinstance(command, click.Command):
            raise TypeError(f"expected click commands, received {command!r}")
    return commands


class MinnetGroup(click.Group):
    """A group whose commands are its own and those of the plugins; its own win a name that both have."""

    @cached_property
    def contributed(self) -> Mapping[str, click.Command]:
        try:
            commands = contributed_commands()
        except PluginLoadError as error:
            raise click.ClickException(str(error)) from error
        for failure in plugin_host().failures.values():
            click.echo(f"warning: {failure}; see: minnet plugins", err=True)
        return commands

    def list_commands(self, context: click.Context) -> list[str]:
        return sorted({*super().list_commands(context), *self.contributed})

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        return super().get_command(context, name) or self.contributed.get(name)

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except BrokenPipeError:  # click knows what to do when the reader of the output has gone
            raise
        except (MinnetError, OSError) as error:
            raise click.ClickException("\n".join([str(error), *getattr(error, "__notes__", ())])) from error


@click.group(cls=MinnetGroup)
@click.version_option(__version__, package_name="minnet-core", prog_name="minnet")
def main() -> None:
    """Neural networks whose every layer is a small file of NumPy."""


def _listing(registry: Registry) -> click.Command:
    @click.command(registry.kind, help=f"List the {registry.kind} that are installed, importing none of them.")
    @as_json
    def listing(as_json: bool) -> None:
        rows = []
        for name in registry:
            declaration = registry.declaration(name)
            rows.append((name, declaration.distribution, declaration.version or "-", declaration.target))
        records = json.dumps(_records(_COMPONENT_COLUMNS, rows), indent=2)
        click.echo(records if as_json else render_table(_COMPONENT_COLUMNS, rows))

    return listing


for registry in (layers, criterions, optimizers):
    main.add_command(_listing(registry))
main.add_command(check)


@main.command()
@as_json
def plugins(as_json: bool) -> None:
    """List who provides what, and what is broken and why.

    Every component is imported, to see whether it can be; exits with 1 if anything is broken.
    """
    from .testing import all_checks

    contributed_commands()  # so that a plugin whose hook fails is among the failures
    all_checks()  # likewise
    contents: dict[tuple[str, str], list[str]] = {}
    problems: dict[tuple[str, str], list[str]] = {}
    for registry in (layers, criterions, optimizers):
        for declaration in registry.declarations():
            key = declaration.distribution, declaration.version or "-"
            contents.setdefault(key, []).append(declaration.name)
            problems.setdefault(key, []).extend(_failure(registry, declaration))
    host = plugin_host()
    enabled = {*host.loaded, *host.failures}
    for plugin in declarations(GROUP):
        if plugin in enabled:
            key = plugin.distribution, plugin.version or "-"
            contents.setdefault(key, []).append(f"plugin {plugin.name}")
            problems.setdefault(key, []).extend([str(host.failures[plugin])] if plugin in host.failures else [])
    rows = [
        (*key, ", ".join(sorted(names, key=str.lower)), "broken" if problems[key] else "ok")
        for key, names in sorted(contents.items())
        if key[0] != LOCAL
    ]
    causes = [*(cause for key in sorted(problems) for cause in problems[key]), *metadata_problems()]
    if as_json:
        click.echo(json.dumps({"distributions": _records(_PLUGIN_COLUMNS, rows), "problems": causes}, indent=2))
    else:
        click.echo("\n".join([render_table(_PLUGIN_COLUMNS, rows), *causes]))
    if causes:
        raise click.exceptions.Exit(1)


def _failure(registry: Registry, declaration: Any) -> Iterator[str]:
    try:
        registry.load(declaration)
    except PluginLoadError as error:
        yield str(error)


def _records(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[dict[str, str]]:
    return [dict(zip(columns, row, strict=True)) for row in rows]
