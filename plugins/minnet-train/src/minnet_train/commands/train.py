"""``minnet train``."""

from __future__ import annotations

import math
import os
import shlex
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from signal import Signals
from typing import Any, NoReturn

import click
from attrs import evolve

from minnet_core import MinnetError, read_header
from minnet_core.state import global_state_kept
from minnet_core.support import printable

from ..display import TensorBoard, progress_display, reading_display, weights_text
from ..errors import DivergenceError, MixedSamplesWarning, RunError
from ..experiment import TrainingRecord
from ..extras import import_extra
from ..ranks import Ranks
from ..runs import Run, Session, new_path, telling_errors
from ..training import Interruption, training_plugins
from .beginning import Beginning
from .folds import folds_lock, folds_table, measured_fold, write_folds
from .following import received_by_any
from .on_ranks import OnRanks
from .options import import_option, threads_option


def _not_empty(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    if value == "":
        raise click.BadParameter("expected a path, received an empty text", context, parameter)
    return value


@click.command(cls=OnRanks)
@click.argument("experiment", type=click.Path(exists=True, dir_okay=False), required=False)
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False), callback=_not_empty, help="Write the model here instead."
)
@click.option("--epochs", type=click.IntRange(min=1), help="Number of epochs, instead of the experiment's.")
@click.option("--seed", type=click.IntRange(min=0), help="Use this seed instead.")
@click.option(
    "--set",
    "settings",
    metavar="KEY=VALUE",
    multiple=True,
    help="Give a key of the experiment another value, as TOML: optimizer.lr=0.01, model[0].n_out=32. May be repeated.",
)
@click.option(
    "--run", metavar="DIR", callback=_not_empty, help="Keep the run in this new folder, rather than in runs/NAME-N."
)
@click.option(
    "--from",
    "from_model",
    metavar="MODEL",
    type=click.Path(exists=True, dir_okay=False),
    help="Go on from the weights, the preparation and the classes of this model.",
)
@click.option(
    "--freeze",
    metavar="LAYER",
    multiple=True,
    help="With --from, leave this layer as it is: 0 is the first. May be repeated, or a list such as 0,2.",
)
@click.option("--new-head", is_flag=True, help="With --from, begin with a new last layer, whatever its size.")
@click.option("--new-preparation", is_flag=True, help="With --from, prepare data by statistics of their own.")
@click.option(
    "--folds",
    type=click.IntRange(min=2),
    help="Train once for each of so many parts, holding that part out, and print the mean and deviation.",
)
@click.option("--resume", metavar="RUN", callback=_not_empty, help="Resume the run in this folder.")
@click.option("--no-run", is_flag=True, help="Do not keep a run; an interrupted training is lost.")
@import_option
@threads_option
@click.option("--force", is_flag=True, help="Replace the output even if another run made it.")
@click.option("--tensorboard", is_flag=True, help="Write event files for TensorBoard into the folder of the run.")
def train(
    experiment: str | None,
    run: str | None,
    resume: str | None,
    no_run: bool,
    force: bool,
    tensorboard: bool,
    folds: int | None,
    ranks: Ranks,
    **options: Any,
) -> None:
    """Train the network that the TOML file EXPERIMENT describes.

    Without EXPERIMENT, a small network learns the handwritten digits that come with minnet; `minnet init` writes that
    experiment to a file, to start one's own from.
    The same experiment gives the same weights each time.

    The folder of a run has the model, the best one, a report of every epoch and checkpoints.
    Ctrl-C ends a run after the current step; --resume continues an interrupted run as if it had not been interrupted.
    With --folds, each fold is a run in a folder of its own.

    Started by mpiexec, with minnet-mpi, it is divided among all processes, of which the first one reports and writes.
    """
    given = {key: value for key, value in options.items() if value not in (None, (), False)}
    with telling_errors(ranks):
        if tensorboard:
            if no_run:
                raise click.UsageError("expected --tensorboard with a run to keep its files in, received --no-run")
            import_extra("tensorboardX", "tensorboard", "--tensorboard")  # before anything is begun
        _expect_together(experiment, run, resume, no_run, {**given, "folds": folds})
    with Interruption() as interruption:
        if resume is not None:
            _resume(resume, given, tensorboard, interruption, ranks)
        else:
            with telling_errors(ranks):
                begin = Beginning.read(experiment, given, force=force, ranks=ranks)
            if folds is not None:
                _train_folds(begin, folds, run, no_run, tensorboard, interruption)
            else:
                _begin(begin, run, no_run, tensorboard, interruption)
        Run.dismiss(ranks)


def _expect_together(
    experiment: str | None, run: str | None, resume: str | None, no_run: bool, given: dict[str, Any]
) -> None:
    """Refuse options that contradict --resume, which decides everything, or each other."""
    others = {
        "EXPERIMENT": experiment,
        "--seed": given.get("seed"),
        "--set": given.get("settings"),
        "--from": given.get("from_model"),
        "--freeze": given.get("freeze"),
        "--new-head": given.get("new_head"),
        "--new-preparation": given.get("new_preparation"),
        "--folds": given.get("folds"),
        "--run": run,
        "--no-run": no_run or None,
        "--threads": given.get("threads"),
    }
    if resume is not None:
        contradicting = [name for name, value in others.items() if value is not None]
        if contradicting:
            raise click.UsageError(
                "expected --resume with no more than --epochs, --output and --import: it goes on with the experiment "
                f"of the run; received {', '.join(contradicting)}"
            )
    if run is not None and no_run:
        raise click.UsageError("expected --run or --no-run, received both")
    if given.get("folds") and given.get("output"):
        raise click.UsageError("expected --folds or --output, received both: the model of each fold is in its run")


def _begin(begin: Beginning, path: str | None, no_run: bool, tensorboard: bool, interruption: Interruption) -> None:
    with ExitStack() as ends:
        session, title = None, begin.title
        with telling_errors(begin.ranks):
            run = begin.prepare()
            if not no_run:
                session = ends.enter_context(Session.begin(run, path or _new_path(begin.file.name)))
                title = f"{title}\nrun         {session.directory.path}"
        _train(run, session, run.experiment.output, title, interruption, tensorboard=tensorboard)


def _train_folds(
    begin: Beginning, folds: int, path: str | None, no_run: bool, tensorboard: bool, interruption: Interruption
) -> None:
    """Train a model for each fold, and say how good they are on what they have not seen."""
    folder, found = None, []
    with ExitStack() as group:
        for fold in range(1, folds + 1):
            data = evolve(begin.experiment.data, folds=folds, fold=fold)
            experiment = evolve(begin.experiment, data=data)
            with ExitStack() as ends:
                session, title = None, f"{begin.title}\nfold        {fold} of {folds}"
                with telling_errors(begin.ranks):
                    run = begin.prepared(experiment)
                    if not no_run:
                        if folder is None:
                            folder = Path(path or _new_path(begin.file.name))
                            group.enter_context(folds_lock(folder))
                        output = str(folder / f"fold-{fold}" / "model.safetensors")
                        run = evolve(run, experiment=evolve(run.experiment, output=output))
                        session = ends.enter_context(Session.begin(run, folder / f"fold-{fold}"))
                        title = f"{title}\nrun         {session.directory.path}"
                _train(run, session, None, title, interruption, tensorboard=tensorboard)
            found.append(measured_fold(run))
        click.echo(f"\non what each fold held out:\n\n{folds_table(found)}")
        if folder is not None:
            write_folds(folder, found)


def _resume(path: str, given: dict[str, Any], tensorboard: bool, interruption: Interruption, ranks: Ranks) -> None:
    with ExitStack() as ends:
        with telling_errors(ranks):
            with reading_display():
                resumed = Session.resume(
                    path, epochs=given.get("epochs"), imports=given.get("imports", ()), ranks=ranks
                )
                session = ends.enter_context(resumed)
            output = given.get("output") or session.output  # which is looked at only if it is used
            session.run.try_saving(output)
        for warning in session.warnings:
            click.echo(f"warning: {printable(str(warning))}", err=True)
        title = f"run         {path}, seed {session.run.experiment.seed}, from step {session.resumed_at}"
        _train(session.run, session, output, title, interruption, tensorboard=tensorboard)


def _new_path(name: str) -> str:
    try:
        return str(new_path(name))
    except OSError as error:
        raise RunError(
            f"expected a folder runs to keep the run in: {error.strerror}; --run DIR names another, --no-run keeps none"
        ) from error


def _train(
    run: Run,
    session: Session | None,
    output: str | None,
    title: str,
    interruption: Interruption,
    *,
    tensorboard: bool = False,
) -> None:
    """Train to the end or to an interruption, and report it; without a session, nothing but the output is kept."""
    click.echo(_description(title, run) + "\n")
    run.trainer.callbacks.append(progress_display())
    if tensorboard and session is not None:
        run.trainer.callbacks.append(TensorBoard(session.directory.tensorboard))
    interruption.stop = run.trainer.stop
    with _what_is_left(session), _telling_warnings():
        for _ in run.epochs() if session is None else session.epochs():
            pass  # the display reports it
        if received := received_by_any(run.trainer.ranks, interruption):
            _say_interrupted(run, session, received)
        if (why := run.trainer.stopped) is not None:
            click.echo(f"\n{printable(why[0].upper() + why[1:])}")
        if session is not None:
            session.finish()
        if output is not None:
            run.save(output)
    if output is None:
        click.echo()
        return
    model, files = shlex.quote(output), _imports(run)
    said = [
        "",
        f"The model is in {output}",
        _which(output, session),
        "",
        f"  minnet evaluate {model}{files}",
        f"  minnet predict {model} DATA.csv{files}",
    ]
    if session is not None:
        said.append(f"  minnet plot {shlex.quote(str(session.directory.path))} -o curves.png")
    click.echo("\n".join(map(printable, said)))


@contextmanager
def _telling_warnings() -> Iterator[None]:
    """Say what a training warns of as this command says things, and leave all other warnings to Python."""
    others = warnings.showwarning

    def show(message: Warning | str, category: type[Warning], *where: Any, **more: Any) -> None:
        if issubclass(category, MixedSamplesWarning):
            click.echo(f"warning: {printable(str(message))}", err=True)
        else:
            others(message, category, *where, **more)

    warnings.showwarning = show
    try:
        yield
    finally:
        warnings.showwarning = others


def _which(output: str, session: Session | None) -> str:
    """Say of which epoch a model is, and where that of the best is, if it is another."""
    record = TrainingRecord.read(read_header(output), output)
    told = f"with the {weights_text(record)}"
    if session is None or record.card is None or record.card.epoch == record.card.best:
        return told
    return f"{told}; those of the best are in {session.directory.best_model}"


def _say_interrupted(run: Run, session: Session | None, received: Signals) -> NoReturn:
    if session is None:
        click.echo(f"\nInterrupted after step {run.trainer.step}; with --no-run nothing is kept.", err=True)
    else:
        session.keep()
        told = f"\nInterrupted after step {run.trainer.step}, which is saved.\n\n  {printable(_command(session))}"
        click.echo(told, err=True)
    raise click.exceptions.Exit(128 + received)


@contextmanager
def _what_is_left(session: Session | None) -> Iterator[None]:
    """Add to an error what is left of the run."""
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
    return f"minnet train --resume {shlex.quote(str(session.directory.path))}{_imports(session.run)}"


def _imports(run: Run) -> str:
    return "".join(f" --import {shlex.quote(os.path.relpath(file.path))}" for file in run.sources)


def _description(title: str, run: Run) -> str:
    shape, image = run.training.inputs_shape, run.preparation.columns.image
    features = _counted(math.prod(shape), "features") if image is None else str(image)
    with global_state_kept():  # layers of notebooks draw from it
        summary = str(run.model.summary((1, *shape)))
    outputs = "classes" if run.training.classes else "targets"
    lines = [
        *map(printable, title.split("\n")),
        f"data        {printable(run.dataset.name)}: {len(run.training):,} samples to train on, {_others(run)}; "
        f"{features}, {_counted(run.training.outputs, outputs)}",
        *([f"            {printable(run.dataset.attribution)}"] if run.dataset.attribution else []),
        *([f"from        {printable(_taken_over(run))}"] if run.start is not None else []),
        f"criterion   {printable(repr(run.criterion))}",
        f"optimizer   {printable(repr(run.optimizer))}",
        f"threads     {run.threads}",
        *(
            [f"shards      {shards} of each batch, {_computed_by(run.trainer.ranks)}{_normalized_by(run)}"]
            if (shards := run.trainer.shards)
            else []
        ),
        *([f"plugins     {printable(', '.join(plugins))}"] if (plugins := training_plugins()) else []),
        *(f"imported    {printable(file.name)}, SHA-256 {file.sha256}" for file in run.sources),
        "",
        summary,
    ]
    return "\n".join(lines)


def _computed_by(ranks: Ranks) -> str:
    return "one after another" if ranks.size == 1 else f"by {ranks.size} ranks"


def _normalized_by(run: Run) -> str:
    return "; batch statistics of the whole batch" if run.trainer.batch_statistics == "batch" else ""


def _taken_over(run: Run) -> str:
    """Say what a run goes on from, and what of that is new."""
    assert run.start is not None
    start, record = run.start.start, run.start.record
    told = [f"{start.model}, {weights_text(record)}"]
    if start.head == "new":
        told.append("a new head")
    if start.preparation == "new":
        told.append("a new preparation")
    if start.freeze:
        told.append(f"frozen: {', '.join(start.freeze)}")
    return "; ".join(told)


def _others(run: Run) -> str:
    """Count the samples that are not used for training."""
    if run.validation is None:
        return f"{len(run.test):,} held out"
    return f"{len(run.validation):,} to validate by, {len(run.test):,} held out"


def _counted(count: int, things: str) -> str:
    return f"{count:,} {things.removesuffix('s') if count == 1 else things}"
