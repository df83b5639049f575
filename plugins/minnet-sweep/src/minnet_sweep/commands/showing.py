"""``minnet sweep show``, ``best`` and ``plot``."""

from __future__ import annotations

import os
import shlex
import time
from pathlib import Path

import click

from minnet_core.support import printable, write_atomically
from minnet_train.many_runs import is_run
from minnet_train.plots import check_suffix, write_picture

from ..errors import SweepError
from ..reports import PICTURES, Summary, best_text, draw, summary_text
from ..study import Study, importances
from ..trials import SweepFolder
from .live import EVERY, is_terminal, live


def show_sweep(path: str, watch: bool, most: int) -> None:
    """Show how far a sweep is, once or until it is over."""
    folder = SweepFolder.open(path)
    study = folder.study()
    if watch and is_terminal():
        with live(lambda: _text(folder, study, most)) as refresh:
            while not Summary.of(folder, study).is_over:
                refresh()
                time.sleep(EVERY / 4)
    elif watch:
        before = ""
        while True:
            summary = Summary.of(folder, study)
            counts = f"{sum(trial.is_over for trial in summary.trials)} of {len(summary.trials)} trials are over"
            if counts != before:
                click.echo(counts)
            if summary.is_over:
                break
            before = counts
            time.sleep(EVERY)
    click.echo(_text(folder, study, most))


def _text(folder: SweepFolder, study: Study, most: int) -> str:
    return summary_text(folder, Summary.of(folder, study), most, importance=importances(study))


def write_best(path: str, output: str | None, number: int | None) -> None:
    """Write the experiment of a trial, or print it."""
    folder = SweepFolder.open(path)
    study = folder.study()
    if number is None:
        trial = study.best()
        if trial is None:
            raise SweepError(f"{path}: expected at least one trial with a result, received none")
    else:
        trials = [each for each in study.trials() if each.values]
        trial = next((each for each in trials if each.number == number), None)
        if trial is None:
            raise SweepError(f"{path}: expected the number of a trial that was begun, received {number}")
    if output is not None and os.path.realpath(output) == os.path.realpath(folder.base_path):
        raise SweepError(f"{output}: expected another file than the base experiment, whose only copy it may be")
    text = best_text(folder, trial, Path(output).parent if output else None)
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        write_atomically(output, text.encode())
    except OSError as error:
        raise SweepError(f"{output}: expected a file that can be written: {error.strerror or error}") from error
    has_models = any(is_run(folder.run(trial.number, seed)) for seed in range(folder.sweep.seeds))  # not deleted
    models = f"; its models are in {folder.trial(trial.number)}" if has_models else ""
    click.echo(printable(f"trial {trial.number} is in {output}{models}"))
    if folder.sweep.seeds > 1:
        click.echo(
            "what is held out differs by seed, so that other seeds of the sweep have trained on samples that this "
            "experiment holds out: what it measures on them is a little too good"
        )
    click.echo(f"\n  {printable(f'minnet train {shlex.quote(output)}')}")


def plot_sweep(path: str, kind: str | None, output: str | None) -> None:
    """Draw one picture, or all of them."""
    folder = SweepFolder.open(path)
    study = folder.study()
    kinds = list(PICTURES) if kind is None else [kind]
    files = {each: Path(output) if output else folder.path / "plots" / f"{each}.png" for each in kinds}
    for file in files.values():
        check_suffix(file)
    for each, file in files.items():
        figure = draw(each, folder, study)
        if output is None:
            try:
                file.parent.mkdir(exist_ok=True)
            except OSError as error:  # a colleague's sweep
                reason = error.strerror or error
                raise SweepError(f"{file.parent}: expected a folder that can be made: {reason}; -o FILE") from error
        write_picture(figure, file)
        click.echo(printable(f"wrote {file}"))
