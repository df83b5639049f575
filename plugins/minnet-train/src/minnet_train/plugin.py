"""What this distribution adds to minnet: the commands that train and use models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minnet_core.hookspecs import hookimpl

if TYPE_CHECKING:
    import click


@hookimpl
def minnet_commands() -> list[click.Command]:
    """Contribute ``minnet train``, ``init``, ``evaluate``, ``predict``, ``plot`` and ``datasets``."""
    from minnet_core.commands.listing import listing_of  # here, so that whoever lists layers does not import click

    from .commands import evaluate, init, plot, predict, train
    from .sources.registry import datasets

    return [train.train, init.init, evaluate.evaluate, predict.predict, plot.plot, listing_of(datasets)]
