"""Options that several commands have."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

import click

from ..data import WILD
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


class FilePattern(click.Path):
    """The path of a file, or a pattern of some."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Leave a pattern to what reads the files, which says if there are none."""
        is_pattern = isinstance(value, str) and WILD & set(value) and not os.path.exists(value)
        return value if is_pattern else super().convert(value, param, ctx)


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
