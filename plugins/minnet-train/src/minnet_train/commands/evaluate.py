"""``minnet evaluate``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from ..experiment import TrainingRecord
    from ..metrics import ClassScores, ValueScores

MOST_CONFUSED = 20
"""With more classes than this, the confusion matrix is for --json alone."""

WIDEST = 100
"""If the names of classes take more letters than this side by side, columns have numbers instead."""


@click.command()
@click.argument("model", type=click.Path(exists=True, dir_okay=False))
@click.option(
    "--data",
    help="Measure on these data instead: a path, `digits`, or a source as TOML such as '{ class = \"TwoMoons\" }'.",
)
@click.option(
    "--split",
    type=click.Choice(["train", "validation", "test", "all"]),
    default="test",
    help="Which part of the data: test, what was held out, if not given.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead.")
def evaluate(model: str, data: str | None, split: str, as_json: bool) -> None:
    """Measure MODEL, a file that `minnet train` wrote, on the samples that were held out from its training.

    Prints the loss and, of a classification, the accuracy, the precision, recall and F1 of each class, and how often
    which class is taken for which; of a regression, the errors and R2 of each output, in the units of the data.
    Of other data than it was trained on, only `--split all` can be measured.
    """
    import json

    from minnet_core import load, read_header

    from ..display import loss_text
    from ..evaluation import part_of
    from ..experiment import TrainingRecord, build_criterion
    from ..training import measure

    record = TrainingRecord.read(read_header(model), model)
    name, samples = part_of(record, model, data, split)
    network = load(model)
    network.evaluate()
    record.expect_outputs(network.forward(samples.batch([0])[0]).shape[1:], model)
    measured = measure(network, build_criterion(record.experiment), samples, record.preparation)
    if as_json:
        found = {"data": name, "split": split, "samples": len(samples), "loss": measured.loss}
        click.echo(json.dumps({**found, **measured.scores.as_dict(_names(record, samples.outputs))}))
        return
    accuracy = f", accuracy {measured.accuracy:.2%}" if record.classes else ""
    part = {"test": " held-out", "train": " training", "validation": " validation", "all": ""}[split]
    click.echo(f"{name}: {len(samples):,}{part} samples, loss {loss_text(measured.loss)}{accuracy}\n")
    click.echo(_report(measured.scores, _names(record, samples.outputs)))


def _names(record: TrainingRecord, outputs: int) -> Any:
    return record.classes or record.output_names(outputs)


def _report(scores: ClassScores | ValueScores, names: tuple[Any, ...]) -> str:
    from minnet_core.support import render_table

    from ..metrics import ClassScores

    found = scores.as_dict(names)
    if not isinstance(scores, ClassScores):
        columns = ("output", "MSE", "RMSE", "MAE", "R2")
        rows = [
            (each["output"], *(_number(each[key], ".4g") for key in ("mse", "rmse", "mae", "r2")))
            for each in found["outputs"]
        ]
        return render_table(columns, rows, right=columns[1:])
    columns = ("class", "samples", "precision", "recall", "F1")
    rows = [
        (
            str(each["class"]),
            str(each["support"]),
            *(_number(each[key], ".2%") for key in ("precision", "recall", "f1")),
        )
        for each in found["classes"]
    ]
    report = render_table(columns, rows, right=columns[1:])
    if len(names) > MOST_CONFUSED:
        return report
    titles = labels = tuple(map(str, names))
    heading = "which class (a row) is taken for which (a column)"
    if sum(len(title) + 2 for title in titles) > WIDEST:
        labels = tuple(f"{number}  {title}" for number, title in enumerate(titles, 1))
        titles = tuple(map(str, range(1, len(titles) + 1)))
        heading = "which class (a row) is taken for which (a column, by its number)"
    confusion = [(label, *map(str, row)) for label, row in zip(labels, found["confusion"], strict=True)]
    return f"{report}\n\n{heading}\n\n{render_table(('', *titles), confusion, right=titles)}"


def _number(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)
