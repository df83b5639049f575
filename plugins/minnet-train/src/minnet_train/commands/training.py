"""What ``minnet train`` does once everything is prepared."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import click

from minnet_core import MinnetError

from ..display import TensorBoard, progress_display
from ..errors import DivergenceError
from ..runs import Run, RunError, Session
from ..training import Interruption


def train_run(
    run: Run,
    session: Session | None,
    output: str,
    title: str,
    interruption: Interruption,
    *,
    tensorboard: bool = False,
) -> None:
    """Train to the end or to an interruption, and tell it.

    Args:
        run: what trains.
        session: where it is kept, if it is.
        output: where the model is written.
        title: what there is to say of the run beside what this says.
        interruption: what may end it.
        tensorboard: whether event files are kept beside it.

    Raises:
        click.exceptions.Exit: with 130 or 143, if it was interrupted; what was reached is saved.
        MinnetError: with notes of what is left.
    """
    click.echo(_description(title, run) + "\n")
    run.trainer.callbacks.append(progress_display())
    if tensorboard and session is not None:
        run.trainer.callbacks.append(TensorBoard(session.directory.path / "tensorboard"))
    interruption.stop = run.trainer.stop
    with _what_is_left(session):
        for _ in run.epochs() if session is None else session.epochs():
            pass  # the display has told of it
        if interruption.received:
            _say_interrupted(run, session, interruption)
        if (why := run.trainer.stopped) is not None:
            click.echo(f"\n{why[0].upper()}{why[1:]}")
        if session is not None:
            session.finish()
        run.save(output)
    kept = "" if session is None else f"\n  minnet plot {shlex.quote(str(session.directory.path))} -o curves.png"
    model = shlex.quote(output)
    click.echo(f"\nThe model is in {output}\n\n  minnet evaluate {model}\n  minnet predict {model} DATA.csv{kept}")


def _say_interrupted(run: Run, session: Session | None, interruption: Interruption) -> NoReturn:
    if session is None:
        click.echo(f"\nInterrupted after step {run.trainer.step}; with --no-run nothing is kept.", err=True)
    else:
        session.keep()
        click.echo(f"\nInterrupted after step {run.trainer.step}, which is saved.\n\n  {_command(session)}", err=True)
    raise click.exceptions.Exit(interruption.exit_code)


@contextmanager
def _what_is_left(session: Session | None) -> Iterator[None]:
    """Have an error say what is left of the run."""
    try:
        yield
    except (MinnetError, OSError) as error:
        if session is not None:
            if not isinstance(error, RunError):  # which says so itself
                error.add_note(session.where())
            if not isinstance(error, DivergenceError):  # it would diverge again
                error.add_note(f"\n  {_command(session)}")
        raise


def _command(session: Session) -> str:
    return f"minnet train --resume {shlex.quote(str(session.directory.path))}"


def _description(title: str, run: Run) -> str:
    (columns,) = run.training.inputs_shape
    outputs = "classes" if run.training.classes else "targets"
    lines = [
        title,
        f"data        {run.dataset.name}: {len(run.training):,} samples to train on, {_others(run)}; "
        f"{_counted(columns, 'features')}, {_counted(run.training.outputs, outputs)}",
        *([f"            {run.dataset.attribution}"] if run.dataset.attribution else []),
        f"criterion   {run.criterion!r}",
        f"optimizer   {run.optimizer!r}",
        "",
        str(run.model.summary((1, columns))),
    ]
    return "\n".join(lines)


def _others(run: Run) -> str:
    """Count the samples that are not trained on."""
    if not run.experiment.data.validation_fraction:
        return f"{len(run.test):,} held out"
    held_out = len(run.dataset) - len(run.training) - len(run.test)
    return f"{len(run.test):,} to validate by, {held_out:,} held out"


def _counted(count: int, things: str) -> str:
    return f"{count:,} {things.removesuffix('s') if count == 1 else things}"
