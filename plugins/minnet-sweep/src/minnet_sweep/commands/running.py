"""``minnet sweep run`` and ``minnet sweep work``."""

from __future__ import annotations

import gc
import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from minnet_core.support import printable
from minnet_train.training import Interruption

from .. import reports  # the whole room: a worker needs none of what it exports
from ..configuration import Range
from ..errors import SweepError
from ..trials import Beginning, Stopped, SweepFolder, Worker, Workers, processors, told
from .live import is_terminal, live

_ONE_REQUEST = 10.0


def begin(sweep: str, path: str | None, workers: int | None, trials: int | None, seconds: float | None) -> None:
    """Make a folder of a sweep file, and run it."""
    beginning = Beginning.read(sweep, trials=trials, seconds=seconds)
    folder = beginning.begun(Path(path) if path else None, _say)
    for parameter in folder.sweep.parameters:
        if isinstance(parameter, Range):
            _say(f"{parameter.name}: {parameter.low:g} to {parameter.high:g}")
        else:
            _say(f"{parameter.name}: {', '.join(parameter.values())}")
    _run(folder, workers)


def go_on(path: str, workers: int | None, trials: int | None, seconds: float | None) -> None:
    """Go on with a sweep."""
    folder = SweepFolder.open(path)
    if trials is not None or seconds is not None:
        folder = folder.limited(trials, seconds)
    _run(folder, workers)


def work_on(path: str, trials: int | None) -> None:
    """Be a worker."""
    gc.freeze()  # what is imported stays: when a trial is over, and at the end, no cycles are looked for in it
    folder = SweepFolder.open(path)
    # A scheduler tells all processes of a job, and `minnet sweep run`, being told too, tells its workers.
    with Interruption(one_request=_ONE_REQUEST) as interruption:
        worker = Worker(folder, interruption, _say, trials)
        _say(f"worker {worker.name}, at {path}")
        try:
            ended = worker.work()
        except Stopped:
            _say(f"interrupted; what was begun is saved, and goes on with: {_again(folder)}")
            raise click.exceptions.Exit(interruption.exit_code) from None
    _say(f"nothing is left to begin; {ended} trials were ended here")


def _run(folder: SweepFolder, workers: int | None) -> None:
    gc.freeze()  # as in a worker
    count = workers or folder.sweep.workers or processors()
    study = folder.study()
    left = [trial for trial in study.trials() if not trial.is_over]
    is_limited = folder.sweep.trials is not None or folder.sweep.sampler == "grid"
    count = min(count, len(left)) if is_limited else count
    _say(
        f"sweep       {folder.path}: {len(left)} trials to go, {count} workers"
        if is_limited
        else f"sweep       {folder.path}: {count} workers"
    )
    with Interruption() as interruption:
        if count:
            with _watching(folder) as watch:
                Workers(folder, count, interruption).run(watch)
        if interruption.received:
            click.echo(f"\nInterrupted; everything is saved.\n\n  {_again(folder)}", err=True)
            raise click.exceptions.Exit(interruption.exit_code)
    summary = reports.Summary.of(folder)
    others = summary.count("running")  # by workers that were started elsewhere: those from here have left nothing
    if summary.has_failed and not others:
        first = summary.failures[0]
        raise SweepError(
            f"{folder.path}: expected at least one trial with a result, received {len(summary.failures)} failures; "
            f"the first, trial {first.number}: {first.failure}"
        )
    # The importance of the parameters takes a second to import, which nobody has asked for here.
    click.echo("\n" + reports.summary_text(folder, summary))
    path = shlex.quote(str(folder.path))
    if others:
        click.echo(f"\nnot over: workers that were started elsewhere are still at {others} of the trials")
        click.echo(f"\n  {printable(f'minnet sweep show {path} --watch')}  # until these have ended, too")
        return
    if summary.best is not None:
        click.echo(f"\n  {printable(f'minnet sweep show {path}')}  # with the importance of each parameter")
        click.echo(f"  {printable(f'minnet sweep best {path} -o best.toml && minnet train best.toml')}")


@contextmanager
def _watching(folder: SweepFolder) -> Iterator[Callable[[], None]]:
    """Show the table while workers work, where there is a terminal; else a line for each trial that has ended."""
    study = folder.study()
    if is_terminal():
        with live(lambda: reports.summary_text(folder, reports.Summary.of(folder, study))) as refresh:
            yield refresh
        return
    over = {trial.number for trial in study.trials() if trial.is_over}

    def watch() -> None:
        for trial in study.trials():
            if trial.is_over and trial.number not in over:
                over.add(trial.number)
                _say(told(trial, str(folder.sweep.metric)))

    yield watch


def _again(folder: SweepFolder) -> str:
    return f"minnet sweep run {shlex.quote(str(folder.path))}"


def _say(text: str) -> None:
    click.echo(printable(text))
