"""The commands that list a registry, such as ``minnet layers``; and ``--json``, which other commands have too."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

import click

from ..registry import Registry
from ..support import echo_table

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")

_COLUMNS = ("name", "distribution", "version", "class")


def listing_of(registry: Registry) -> click.Command:
    """Make the command that lists a registry."""

    @click.command(registry.kind, help=f"List the installed {registry.kind} without importing them.")
    @as_json
    def listing(as_json: bool) -> None:
        rows = []
        for name in registry:
            declaration = registry.declaration(name)
            rows.append((name, declaration.distribution, declaration.version or "-", declaration.target))
        if as_json:
            echo_json(records(_COLUMNS, rows))
        else:
            echo_table(_COLUMNS, rows)

    return listing


def records(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> list[dict[str, str]]:
    """Name the cells of a table."""
    return [dict(zip(columns, row, strict=True)) for row in rows]


def echo_json(value: Any) -> None:
    """Print a value as JSON."""
    click.echo(json.dumps(value, indent=2))
