"""What this distribution adds to minnet: the command that makes another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minnet_core import hookimpl

if TYPE_CHECKING:
    import click


@hookimpl
def minnet_commands() -> list[click.Command]:
    """Contribute ``minnet new``."""
    from .command import new  # here, so that whoever lists layers does not import click

    return [new]
