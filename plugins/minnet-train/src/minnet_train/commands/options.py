"""Options that several commands have."""

from __future__ import annotations

from collections.abc import Iterable

import click

from ..display import say_notes
from ..errors import ExperimentError
from ..experiment import TrainingRecord, changed_files, import_files

threads_option = click.option(
    "--threads",
    type=click.IntRange(min=1, max=1024),
    help="Number of threads that multiply matrices.  [default: as suits the network, 1 if it is small]",
)

import_option = click.option(
    "--import",
    "imports",
    metavar="FILE",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False),
    help="Run this Python file first, for its classes. May be repeated.",
)


def import_for(records: Iterable[TrainingRecord], imports: tuple[str, ...]) -> None:
    """Run the files that a command was given, and say which are not those that models were trained with."""
    try:
        files = import_files(imports)
    except ExperimentError as error:
        raise click.BadParameter(
            "; ".join(problem.message for problem in error.problems), param_hint="--import"
        ) from None
    for record in records:
        say_notes(changed_files({} if record.card is None else record.card.sources, files))
