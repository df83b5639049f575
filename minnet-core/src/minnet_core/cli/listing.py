"""``minnet layers``, ``minnet criterions`` and ``minnet optimizers``."""

from __future__ import annotations

import click

from ..registry import Registry
from ..support import echo_table
from .output import as_json, echo_json, records

_COLUMNS = ("name", "distribution", "version", "class")


def listing_of(registry: Registry) -> click.Command:
    """Make the command that lists a registry."""

    @click.command(registry.kind, help=f"List the {registry.kind} that are installed, importing none of them.")
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
