"""What this distribution adds to minnet: the command that makes another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minnet_core import hookimpl

if TYPE_CHECKING:
    import click


@hookimpl
def minnet_commands() -> list[click.Command]:
    """Contribute ``minnet new``."""
    from minnet_core.cli import LazyCommand  # here, so that whoever lists layers imports no click

    summary = "Make a complete distribution with a component of your own."
    return [LazyCommand("new", "minnet_new.command:new", summary)]
