"""What this distribution adds to minnet: the commands that train and use models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minnet_core.hookspecs import hookimpl

if TYPE_CHECKING:
    import click


@hookimpl
def minnet_commands() -> list[click.Command]:
    """Contribute ``minnet train``, ``init``, ``evaluate`` and ``predict``."""
    from .commands import evaluate, init, predict, train  # here, so that whoever lists layers does not import click

    return [train.train, init.init, evaluate.evaluate, predict.predict]
