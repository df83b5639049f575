"""``minnet runs``: the runs of a folder, listed, compared and deleted."""

from __future__ import annotations

import os

import click

from minnet_core.support import nearest

from ..runs import names
from .runs_compare import compare
from .runs_delete import delete
from .runs_diff import diff
from .runs_list import list_runs


class RunsGroup(click.Group):
    """A group that lists when it is given no command of its own: ``minnet runs DIR --sort best``."""

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        """Put ``list`` before what begins with none of the commands, and asks for no help."""
        first = args[0] if args else None
        if first is None or (first not in self.commands and first not in context.help_option_names):
            hint = nearest(first or "", list(self.commands), most=1)
            if first and hint and not any(map(os.path.lexists, (first, os.path.join(names.RUNS, first)))):
                context.fail(f"expected a command or a folder, received {first!r}; {hint}")
            args = ["list", *args]
        return super().parse_args(context, args)

    def list_commands(self, context: click.Context) -> list[str]:
        """Name the commands in the order in which one needs them."""
        return list(self.commands)


@click.group("runs", cls=RunsGroup, subcommand_metavar="[COMMAND] [ARGS]...")
def runs() -> None:
    """List, compare and delete runs.

    `minnet runs [FOLDER]` is `minnet runs list [FOLDER]`. Runs are found in folders within folders too, as those of
    folds are. A RUN is the path of a run, or its name in the folder runs; where several are meant, a folder of runs
    stands for all of them.

    \b
    --where takes KEY, a comparison and a value:
      optimizer.lr<0.01         < <= > >= numbers, texts or times
      optimizer.class=Adam      = the same, != another or none
      run~*fold*                ~ a pattern with * ? [...], !~ does not match
      started>=2026-03-01       a day, or a time

    A KEY is one of the experiment, as for `minnet train --set`; a number of the last epoch, such as validation_loss,
    or of the best one, such as best.validation_accuracy; or one of run, state, problem, epoch, best, best_epoch,
    judged_by, seconds, started, size, fingerprint, threads and executor.
    """  # noqa: D301  # \b is click's: it keeps lines as they are


for command in (list_runs, diff, compare, delete):
    runs.add_command(command)
