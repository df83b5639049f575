"""What this distribution adds to minnet: the command that serves a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minnet_core import hookimpl

if TYPE_CHECKING:
    import click


@hookimpl
def minnet_commands() -> list[click.Command]:
    """Contribute ``minnet serve``."""
    from minnet_core.cli import LazyCommand  # here, so that whoever lists layers imports no click

    summary = "Answer requests with the predictions of MODEL, over HTTP."
    return [LazyCommand("serve", "minnet_serve.command:serve", summary)]
