"""What this distribution adds to minnet: the commands that train and use models."""

from __future__ import annotations

import click

from minnet_core.hookspecs import hookimpl

from .commands import evaluate, init, predict, train


@hookimpl
def minnet_commands() -> list[click.Command]:
    """Contribute ``minnet train``, ``init``, ``evaluate`` and ``predict``."""
    return [train.train, init.init, evaluate.evaluate, predict.predict]
