"""What this distribution adds to minnet: commands that train and use models, and the registries of what they name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minnet_core import hookimpl

if TYPE_CHECKING:
    import click

    from minnet_core.registry import Registry


@hookimpl
def minnet_commands() -> list[click.Command]:
    """Contribute ``minnet train``, ``init``, ``evaluate``, ``predict`` and ``plot``."""
    from .commands import evaluate, init, plot, predict, train  # here, so that whoever lists layers imports no click

    return [train.train, init.init, evaluate.evaluate, predict.predict, plot.plot]


@hookimpl
def minnet_registries() -> list[Registry]:
    """Contribute ``datasets``, ``metrics`` and ``schedules``."""
    from .registries import datasets, metrics, schedules

    return [datasets, metrics, schedules]
