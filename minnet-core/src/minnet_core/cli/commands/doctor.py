"""``minnet doctor``."""

from __future__ import annotations

import os
import platform
from collections.abc import Collection, Iterator
from pathlib import Path

import click
from attrs import asdict

from ... import __version__
from ...diagnosis import Finding, inspect_installation, machine
from ...discovery import ALLOWED, DISABLED, PROTOCOL, PROTOCOL_FLOOR, STRICT, scan
from ...errors import PluginLoadError
from ...registry import all_registries
from ...support import echo_table, printable
from ..contributions import contributions
from ..listing import as_json, echo_json

STYLES = {"ok": "green", "disabled": "dim", "broken": "red", "outdated": "red"} | dict.fromkeys(
    ("mistyped", "ambiguous", "shadowed", "noisy"), "yellow"
)
_WRAPPED = ("what is wrong, and what to do",)


@click.command()
@as_json
@click.pass_context
def doctor(context: click.Context, as_json: bool) -> None:
    """Report what is wrong with the installed packages, and how to fix it.

    Exits with 1 if anything is broken, outdated, ambiguous or shadowed.
    """
    found = findings(context)
    if as_json:
        echo_json({"environment": dict(_environment()), "findings": [asdict(finding) for finding in found]})
    else:
        for name, value in _environment():
            click.echo(f"{name}: {printable(value)}")
        click.echo()
        rows = [(each.kind, each.distribution, "; ".join(filter(None, [each.cause, each.remedy]))) for each in found]
        if rows:
            echo_table(("kind", "distribution", "what is wrong, and what to do"), rows, wrap=_WRAPPED, styles=STYLES)
        else:
            click.echo("nothing is wrong")
    if any(finding.kind != "noisy" for finding in found):
        raise click.exceptions.Exit(1)


def inspect_commands(own: Collection[str]) -> Iterator[Finding]:
    """Load every command of a plugin, and yield what is wrong; no plugin's can have the name of the core's ``own``."""
    taken = dict.fromkeys(own, "the core")
    for each in contributions():
        name = str(each.command.name)
        if name in taken:
            cause = f"minnet {name} is the command of {taken[name]}"
            yield Finding("shadowed", each.plugin.distribution, cause, "its authors must give it another name")
        taken.setdefault(name, each.plugin.distribution)
        try:
            each.load()
        except PluginLoadError as failure:
            yield Finding.of_failure(each.plugin, failure)


def findings(context: click.Context) -> list[Finding]:
    """Inspect what is installed, the commands of the group included that a command runs in."""
    group = context.find_root().command
    return inspect_installation(inspect_commands(group.commands if isinstance(group, click.Group) else ()))


def _environment() -> Iterator[tuple[str, str]]:
    """Yield what everything depends on."""
    spoken = f"{PROTOCOL_FLOOR} to {PROTOCOL}" if PROTOCOL_FLOOR < PROTOCOL else str(PROTOCOL)
    yield "minnet-core", f"{__version__}, protocol {spoken}, in {Path(__file__).parents[2]}"
    yield "python", f"{platform.python_version()}, {platform.platform()}"
    components = [each for registry in all_registries() for each in registry.declarations()]
    yield "installed", f"{len(scan().distributions)} distributions with {len(components)} components"
    yield from machine()
    for variable in (ALLOWED, DISABLED, STRICT):
        if variable in os.environ:
            yield variable, os.environ[variable]
