"""``minnet doctor``."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from pathlib import Path

import click
from attrs import asdict

from ... import __version__
from ...discovery import ALLOWED, DISABLED, PROTOCOL, PROTOCOL_FLOOR, STRICT, scan
from ...registry import all_registries
from ...support import echo_table
from ..output import as_json, echo_json
from .plugins import STYLES, own_commands


@click.command()
@as_json
@click.pass_context
def doctor(context: click.Context, as_json: bool) -> None:
    """Say what is wrong with what is installed, and what to do about it.

    Exits with 1 if anything is broken, outdated, ambiguous or shadowed.
    """
    from ...diagnosis import inspect_installation

    findings = inspect_installation(own_commands(context))
    if as_json:
        echo_json({"environment": dict(_environment()), "findings": [asdict(finding) for finding in findings]})
    else:
        for name, value in _environment():
            click.echo(f"{name}: {value}")
        click.echo()
        rows = [(each.kind, each.distribution, "; ".join(filter(None, [each.cause, each.remedy]))) for each in findings]
        if rows:
            echo_table(("kind", "distribution", "what is wrong, and what to do"), rows, wrap=_WRAPPED, styles=STYLES)
        else:
            click.echo("nothing is wrong")
    if any(finding.kind != "noisy" for finding in findings):
        raise click.exceptions.Exit(1)


_WRAPPED = ("what is wrong, and what to do",)


def _environment() -> Iterator[tuple[str, str]]:
    """Yield what everything depends on."""
    spoken = f"{PROTOCOL_FLOOR} to {PROTOCOL}" if PROTOCOL_FLOOR < PROTOCOL else str(PROTOCOL)
    yield "minnet-core", f"{__version__}, protocol {spoken}, in {Path(__file__).parents[2]}"
    yield "python", f"{platform.python_version()}, {platform.platform()}"
    components = [each for registry in all_registries() for each in registry.declarations()]
    yield "installed", f"{len(scan().distributions)} distributions with {len(components)} components"
    for variable in (ALLOWED, DISABLED, STRICT):
        if variable in os.environ:
            yield variable, os.environ[variable]
