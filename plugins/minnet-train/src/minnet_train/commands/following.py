"""What ``minnet train`` does on the ranks that are not the first: they train what rank 0 trains, and say nothing."""

from __future__ import annotations

from signal import Signals

import click

from ..errors import FirstRankError
from ..ranks import Ranks
from ..runs import Run
from ..training import Interruption


def follow(ranks: Ranks, interruption: Interruption) -> None:
    """Train whatever rank 0 prepares, until there is nothing more.

    Raises:
        Exit: if rank 0 says what has ended the training, with its exit code.
        DivergenceError: as rank 0 does.
    """
    try:
        while (run := Run.follow(ranks)) is not None:
            interruption.stop = run.trainer.stop
            for _ in run.epochs():
                pass
            if received := received_by_any(ranks, interruption):
                raise click.exceptions.Exit(128 + received)
    except FirstRankError as error:
        raise click.exceptions.Exit(error.exit_code) from error


def received_by_any(ranks: Ranks, interruption: Interruption) -> Signals | None:
    """Return the signal that a rank has received, the first of them if several have; None if none has."""
    told = ranks.gather(interruption.received and int(interruption.received))
    return next((Signals(each) for each in told if each), None)
