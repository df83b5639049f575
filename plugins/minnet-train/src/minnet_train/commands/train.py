"""``minnet train``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from ..experiment import ExperimentFile
    from ..runs import Run
    from ..training import Interruption


def _not_empty(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    if value == "":
        raise click.BadParameter("expected a path, received an empty text", context, parameter)
    return value


@click.command()
@click.argument("experiment", type=click.Path(exists=True, dir_okay=False), required=False)
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False), callback=_not_empty, help="Write the model here instead."
)
@click.option("--epochs", type=click.IntRange(min=1), help="Train so many epochs instead.")
@click.option("--seed", type=click.IntRange(min=0), help="Use this seed instead.")
@click.option(
    "--run", metavar="DIR", callback=_not_empty, help="Keep the run in this new folder, rather than in runs/NAME-N."
)
@click.option("--resume", metavar="RUN", callback=_not_empty, help="Go on with the run in this folder.")
@click.option("--no-run", is_flag=True, help="Keep no run: what is interrupted is lost.")
@click.option("--tensorboard", is_flag=True, help="Write event files for TensorBoard into the folder of the run.")
def train(
    experiment: str | None, run: str | None, resume: str | None, no_run: bool, tensorboard: bool, **options: Any
) -> None:
    """Train the network that the TOML file EXPERIMENT describes.

    Without EXPERIMENT, a small network learns the handwritten digits that come with minnet; `minnet init` writes that
    experiment to a file, to start one's own from.
    The same experiment gives the same weights each time.

    The folder of a run has the model, the best one, a report of every epoch and checkpoints.
    Ctrl-C ends a run after the step that it is in; however it ended, --resume goes on with it as if it never had.
    """
    from ..training import Interruption

    if tensorboard:
        from ..extras import import_extra

        if no_run:
            raise click.UsageError("expected --tensorboard with a run to keep its files in, received --no-run")
        import_extra("tensorboardX", "tensorboard", "--tensorboard")  # before anything is begun
    given = {key: value for key, value in options.items() if value is not None}
    _expect_together(experiment, run, resume, no_run, given)
    with Interruption() as interruption:
        if resume is not None:
            _resume(resume, given, tensorboard, interruption)
        else:
            _begin(experiment, run, no_run, given, tensorboard, interruption)


def _expect_together(
    experiment: str | None, run: str | None, resume: str | None, no_run: bool, given: dict[str, Any]
) -> None:
    """Refuse what contradicts --resume, with which everything is decided, and two answers to where a run is kept."""
    others = {"EXPERIMENT": experiment, "--seed": given.get("seed"), "--run": run, "--no-run": no_run or None}
    if resume is not None:
        contradicting = [name for name, value in others.items() if value is not None]
        if contradicting:
            raise click.UsageError(
                "expected --resume with no more than --epochs and --output: it goes on with the experiment of the run; "
                f"received {', '.join(contradicting)}"
            )
    if run is not None and no_run:
        raise click.UsageError("expected --run or --no-run, received both")


def _begin(
    experiment: str | None,
    path: str | None,
    no_run: bool,
    given: dict[str, Any],
    tensorboard: bool,
    interruption: Interruption,
) -> None:
    from ..experiment import ExperimentFile
    from ..runs import Session
    from .training import train_run

    file = ExperimentFile.read(experiment) if experiment else ExperimentFile.default()
    run = _prepare(file, given)
    title = f"experiment  {file.name}, seed {run.experiment.seed}"
    if no_run:
        train_run(run, None, run.experiment.output, title, interruption)
        return
    with Session.begin(run, path or _new_path(file.name)) as session:
        title = f"{title}\nrun         {session.directory.path}"
        train_run(run, session, run.experiment.output, title, interruption, tensorboard=tensorboard)


def _resume(path: str, given: dict[str, Any], tensorboard: bool, interruption: Interruption) -> None:
    from ..runs import Session
    from .training import train_run

    with Session.resume(path, epochs=given.get("epochs")) as session:
        output = given.get("output", session.output)
        session.run.try_saving(output)
        for warning in session.warnings:
            click.echo(f"warning: {warning}", err=True)
        title = f"run         {path}, seed {session.run.experiment.seed}, from step {session.resumed_at}"
        train_run(session.run, session, output, title, interruption, tensorboard=tensorboard)


def _new_path(name: str) -> str:
    from ..runs import RunError, new_path

    try:
        return str(new_path(name))
    except OSError as error:
        raise RunError(
            f"expected a folder runs to keep the run in: {error.strerror}; --run DIR names another, --no-run keeps none"
        ) from error


def _prepare(file: ExperimentFile, options: dict[str, Any]) -> Run:
    from attrs import evolve

    from ..runs import Run

    experiment = evolve(file.experiment(), **options)
    with file.locating_errors():
        run = Run.prepare(experiment)
        if "output" not in options:
            run.try_saving(experiment.output)
    if "output" in options:
        run.try_saving(experiment.output)
    return run
