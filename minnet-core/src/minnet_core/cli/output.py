"""What the listing commands have in common: ``--json``, and rows as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

import click

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")


def records(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> list[dict[str, str]]:
    """Name the cells of a table."""
    return [dict(zip(columns, row, strict=True)) for row in rows]


def echo_json(value: Any) -> None:
    """Print a value as JSON."""
    click.echo(json.dumps(value, indent=2))
