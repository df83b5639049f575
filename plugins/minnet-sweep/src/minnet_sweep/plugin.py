"""What this distribution adds to minnet: the command that tries many configurations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minnet_core import hookimpl

if TYPE_CHECKING:
    import click


@hookimpl
def minnet_commands() -> list[click.Command]:
    """Contribute ``minnet sweep``."""
    from minnet_core.cli import LazyCommand  # here, so that whoever lists layers imports no click

    summary = "Try many configurations of an experiment, in many processes, and find the best."
    return [LazyCommand("sweep", "minnet_sweep.commands.group:sweep", summary)]
