"""``minnet evaluate``."""

from __future__ import annotations

import json
import math
from typing import Any

import click

from minnet_core import load, read_header
from minnet_core.support import printable, render_table

from ..display import loss_text, metric_text, reading_display, say_notes
from ..evaluation import load_split
from ..experiment import TrainingRecord, build_criterion, build_metrics
from ..metrics import MAE, MSE, R2, Accuracy, ConfusionMatrix, Metric, PerOutput, precision_recall_f1_support
from ..training import measure

MOST_CONFUSED = 20
"""With more classes than this, the confusion matrix is for --json alone."""

WIDEST = 100
"""If the names of classes take more letters than this side by side, columns have numbers instead."""


@click.command()
@click.argument("model", type=click.Path(exists=True, dir_okay=False))
@click.option(
    "--data",
    help="Evaluate this data instead: a path, `digits`, or a source as TOML such as '{ class = \"TwoMoons\" }'.",
)
@click.option(
    "--split",
    type=click.Choice(["train", "validation", "test", "all"]),
    default="test",
    help="The split to evaluate.  [default: test, the held-out samples]",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead.")
def evaluate(model: str, data: str | None, split: str, as_json: bool) -> None:
    """Evaluate MODEL, a file that `minnet train` wrote, on its held-out samples.

    Prints the loss and, of a classification, the accuracy, the precision, recall and F1 of each class, and the
    confusion matrix; of a regression, the errors and R2 of each output, in the units of the data.
    For data other than its training data, only `--split all` can be measured.
    """
    record = TrainingRecord.read(read_header(model), model)
    with reading_display():
        name, samples, notes = load_split(record, model, data, split)
    say_notes(notes)
    network = load(model, prepared=True)
    network.evaluate()
    record.expect_outputs(network.forward(samples.batch([0])[0]).shape[1:], model)
    names = record.classes or record.output_names(samples.outputs)
    metrics: list[Metric] = [Accuracy(), ConfusionMatrix()]
    if not record.classes:
        metrics = [PerOutput(metric, len(names)) for metric in (MSE, MAE, R2)]
    of_experiment = build_metrics(record.experiment, record.task)
    metrics = list({metric.name: metric for metric in (*metrics, *of_experiment)}.values())
    measured = measure(network, build_criterion(record.experiment), samples, record.preparation, metrics)
    found = measured.metrics
    details = _of_classes(found, names) if record.classes else _of_outputs(found, names)
    summary = {"accuracy": measured.accuracy} if record.classes else {}
    summary.update({metric.name: found[metric.name] for metric in of_experiment})
    if as_json:
        about = {"data": name, "split": split, "samples": len(samples), "loss": measured.loss}
        click.echo(json.dumps({**about, **summary, **details}))
        return
    part = {"test": " held-out", "train": " training", "validation": " validation", "all": ""}[split]
    numbers = [
        f", {printable(key)} {metric_text(key, value)}"
        for key, value in summary.items()
        if isinstance(value, (int, float)) and not (len(names) == 1 and f"{key}_per_output" in found)  # in the table
    ]
    click.echo(
        f"{printable(name)}: {len(samples):,}{part} samples, loss {loss_text(measured.loss)}{''.join(numbers)}\n"
    )
    click.echo(_class_tables(details) if record.classes else _output_table(details))


def _of_classes(found: dict[str, Any], names: tuple[Any, ...]) -> dict[str, Any]:
    """Say of each class what follows from the confusion matrix, as JSON can hold it."""
    confusion = found["confusion_matrix"]
    each = zip(names, *precision_recall_f1_support(confusion), strict=True)
    return {
        "classes": [
            {"class": name, **_defined(precision=precision, recall=recall, f1=f1), "support": int(support)}
            for name, precision, recall, f1, support in each
        ],
        "confusion": confusion,
    }


def _of_outputs(found: dict[str, Any], names: tuple[Any, ...]) -> dict[str, Any]:
    """Say of each output of a regression how large its errors are, as JSON can hold it."""
    each = zip(names, *(found[f"{key}_per_output"] for key in ("mse", "mae", "r2")), strict=True)
    return {
        "outputs": [
            {"output": name, "mse": mse, "rmse": mse**0.5, "mae": mae, **_defined(r2=r2)} for name, mse, mae, r2 in each
        ]
    }


def _class_tables(details: dict[str, Any]) -> str:
    columns = ("class", "samples", "precision", "recall", "F1")
    rows = [
        (str(row["class"]), str(row["support"]), *(_number(row[key], ".2%") for key in ("precision", "recall", "f1")))
        for row in details["classes"]
    ]
    report = render_table(columns, rows, right=columns[1:])
    if len(rows) > MOST_CONFUSED:
        return report
    titles = labels = tuple(row[0] for row in rows)
    heading = "which class (a row) is taken for which (a column)"
    if sum(len(title) + 2 for title in titles) > WIDEST:
        labels = tuple(f"{number}  {title}" for number, title in enumerate(titles, 1))
        titles = tuple(map(str, range(1, len(titles) + 1)))
        heading = "which class (a row) is taken for which (a column, by its number)"
    confusion = [(label, *map(str, row)) for label, row in zip(labels, details["confusion"], strict=True)]
    return f"{report}\n\n{heading}\n\n{render_table(('', *titles), confusion, right=titles)}"


def _output_table(details: dict[str, Any]) -> str:
    columns = ("output", "MSE", "RMSE", "MAE", "R2")
    rows = [
        (each["output"], *(_number(each[key], ".4g") for key in ("mse", "rmse", "mae", "r2")))
        for each in details["outputs"]
    ]
    return render_table(columns, rows, right=columns[1:])


def _number(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)


def _defined(**numbers: float) -> dict[str, float | None]:
    """Write nan as None, which JSON has a word for."""
    return {name: None if math.isnan(number) else float(number) for name, number in numbers.items()}
