"""``minnet runs delete``."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import click

from minnet_core import MinnetError
from minnet_core.support import echo_table, printable

from ..errors import RunError
from ..many_runs import Condition, RunFiles, RunSummary, is_run, remove_emptied, select_runs
from ..runs import names
from .run_tables import STATES, counted, epochs_text, say_unreadable, size_text, where_option


@click.command("delete")
@click.argument("run", nargs=-1)
@where_option
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
def delete(run: tuple[str, ...], conditions: tuple[str, ...], yes: bool) -> None:
    """Delete RUNs, or those in the folder runs that --where chooses.

    What will go, and how much space that frees, is shown before the question. A run that another process works on is
    refused, and then none is deleted. Only what minnet writes into a run is deleted: other files stay, in their
    folder, and are named. Symbolic links are not followed.
    """
    if not run and not conditions:
        raise click.UsageError("expected RUNs, or --where to choose among those in runs, received neither")
    runs, unreadable = select_runs(run, [Condition.read(text) for text in conditions])
    say_unreadable(unreadable)
    if not runs:
        click.echo("There is no run that fulfils all conditions.")
        return
    files = _deletable(runs)
    size = sum(each.size for each in files)
    if not yes:
        _show(runs, files)
        _expect_yes(f"Delete {counted(len(runs))}, {size_text(size)}?")
    failures, done = [], []
    for each in files:
        try:
            each.delete()
            done.append(each)
        except (MinnetError, OSError) as error:
            failures.append(str(error))
    remove_emptied([each.path for each in done], [text for text in map(_located, run or (names.RUNS,)) if text])
    click.echo(f"Deleted {counted(len(done))}, {size_text(sum(each.size for each in done))}")
    for each in done:
        _say_foreign(each)
    if failures:
        raise RunError("\n".join(failures))


def _expect_yes(question: str) -> None:
    """Ask; whatever is no yes deletes nothing."""
    try:
        click.confirm(question, abort=True)
    except click.Abort:
        raise
    except (RuntimeError, ValueError) as error:  # there is no input, or bytes that are no text
        raise RunError(f"expected y or n, received no text: {error}; --yes deletes without a question") from error


def _located(text: str) -> str | None:
    """Return a folder of runs that was named; None for a run."""
    path = text if os.path.lexists(text) else os.path.join(names.RUNS, text)
    return None if is_run(path) else path


def _deletable(runs: Sequence[RunSummary]) -> list[RunFiles]:
    """Look through the folders of all runs; if any of them may not be deleted, none is."""
    files, refused = [], []
    for run in runs:
        try:
            each = RunFiles.of(run.path)
            each.expect_deletable()
            files.append(each)
        except (MinnetError, OSError) as error:
            refused.append(str(error))
    if refused:
        raise RunError("\n".join([*refused, "nothing is deleted"]))
    return files


def _show(runs: Sequence[RunSummary], files: Sequence[RunFiles]) -> None:
    rows = [
        (run.name, run.state, epochs_text(run), size_text(each.size)) for run, each in zip(runs, files, strict=True)
    ]
    echo_table(("run", "state", "epochs", "size"), rows, right=("epochs", "size"), styles=STATES)
    for each in files:
        _say_foreign(each)
    click.echo()


def _say_foreign(files: RunFiles) -> None:
    """Say what of a folder is not the run's, and stays."""
    if files.foreign:
        few = ", ".join(files.foreign[:5]) + (f" and {len(files.foreign) - 5} more" if len(files.foreign) > 5 else "")
        click.echo(printable(f"{Path(files.path)} keeps what is not of the run: {few}"))
