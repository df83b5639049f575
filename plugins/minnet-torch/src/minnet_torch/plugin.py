"""What this distribution adds to minnet: conformance checks, and the command ``minnet convert``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minnet_core import hookimpl

if TYPE_CHECKING:
    import click

    from minnet_core.testing import Check


@hookimpl
def minnet_checks() -> list[Check]:
    """Contribute the checks of the family ``reference``; the one that runs first imports PyTorch."""
    from .checks import CHECKS

    return list(CHECKS)


@hookimpl
def minnet_commands() -> list[click.Command]:
    """Contribute ``minnet convert``, which imports PyTorch when it runs."""
    from minnet_core.cli import LazyCommand  # here, so that whoever lists layers imports no click

    summary = "Convert SOURCE, a model, to TARGET: a PyTorch state dict to a minnet model, or back."
    return [LazyCommand("convert", "minnet_torch.commands.convert:convert", summary)]
