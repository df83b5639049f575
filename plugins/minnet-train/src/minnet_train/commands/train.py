"""``minnet train``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from ..epoch_report import EpochReport
    from ..experiment_file import ExperimentFile
    from ..run import Run

_HEADINGS = ("epoch", "loss", "held-out loss", "accuracy", "samples/s")


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
def train(experiment: str | None, **options: Any) -> None:
    """Train the network that the TOML file EXPERIMENT describes.

    Without EXPERIMENT, a small network learns the handwritten digits that come with minnet; `minnet init` writes that
    experiment to a file, to start one's own from.
    The same experiment gives the same weights each time.
    """
    from ..experiment_file import ExperimentFile

    file = ExperimentFile.read(experiment) if experiment else ExperimentFile.default()
    run = _prepare(file, {key: value for key, value in options.items() if value is not None})
    output = run.experiment.output
    click.echo(_description(file, run))
    click.echo("\n" + _row(_HEADINGS))
    for report in run.epochs():
        click.echo(_line(report))
    run.save(output)
    click.echo(f"\nThe model is in {output}\n\n  minnet evaluate {output}\n  minnet predict {output} DATA.csv")


def _prepare(file: ExperimentFile, options: dict[str, Any]) -> Run:
    from attrs import evolve

    from ..run import Run

    experiment = evolve(file.experiment(), **options)
    with file.locating_errors():
        run = Run.prepare(experiment)
        if "output" not in options:
            run.try_saving(experiment.output)
    if "output" in options:
        run.try_saving(experiment.output)
    return run


def _description(file: ExperimentFile, run: Run) -> str:
    (columns,) = run.training.inputs_shape
    lines = [
        f"experiment  {file.name}, seed {run.experiment.seed}",
        f"data        {run.dataset.name}: {len(run.training):,} samples to train on, {len(run.test):,} held out; "
        f"{columns} features, {run.training.outputs} {'classes' if run.training.classes else 'targets'}",
        *([f"            {run.dataset.attribution}"] if run.dataset.attribution else []),
        f"criterion   {run.criterion!r}",
        f"optimizer   {run.optimizer!r}",
        "",
        str(run.model.summary((1, columns))),
    ]
    return "\n".join(lines)


def _line(report: EpochReport) -> str:
    cells = (
        str(report.epoch),
        f"{report.loss:.4f}",
        f"{report.validation_loss:.4f}",
        f"{report.metrics.get('validation_accuracy', float('nan')):.2%}",
        f"{report.samples_per_second:,.0f}",
    )
    return _row(cells)


def _row(cells: tuple[str, ...]) -> str:
    return "  ".join(cell.rjust(max(len(heading), 8)) for cell, heading in zip(cells, _HEADINGS, strict=True))
