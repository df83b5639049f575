"""``minnet evaluate``."""

from __future__ import annotations

import json
import math
import tomllib
from typing import Any

import click
from attrs import evolve

from minnet_core import load, read_header
from minnet_core.support import printable, render_table

from ..display import loss_text, metric_text, reading_display, say_notes, weights_text
from ..evaluation import CHUNK, Interval, Scores, load_split
from ..experiment import ComponentConfig, TrainingRecord, build_criterion, build_metrics
from ..metrics import meaning_of, precision_recall_f1_support
from ..plots import is_number
from ..training import Threads
from .options import import_for, import_option, threads_option

MOST_CONFUSED = 20
"""With more classes than this, the confusion matrix is for --json alone."""

WIDEST = 100
"""If the names of classes take more letters than this side by side, columns have numbers instead."""

_OF_OUTPUT = ("mse", "rmse", "mae", "r2")


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
@click.option(
    "--metric",
    "chosen",
    multiple=True,
    help="Compute this metric too: a name, or TOML such as '{ class = \"TopK\", k = 3 }'. May be repeated.",
)
@import_option
@threads_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead.")
def evaluate(
    model: str,
    data: str | None,
    split: str,
    chosen: tuple[str, ...],
    imports: tuple[str, ...],
    threads: int | None,
    as_json: bool,
) -> None:
    """Evaluate MODEL, a file that `minnet train` wrote, on its held-out samples.

    Prints the loss and, of a classification, the accuracy and others, the
    precision, recall and F1 of each class, and the confusion matrix; of a
    regression, the errors and R2 of each output, in the units of the data.
    Every number has its 95 % interval, and the baseline beside it: that of the
    commonest class, or of the mean, of the training samples.
    For data other than its training data, only `--split all` can be measured.
    """
    record = TrainingRecord.read(read_header(model), model)
    import_for([record], imports)
    of_experiment = build_metrics(record.experiment, record.task)
    more = evolve(record.experiment, metrics=tuple(map(_metric, chosen)))
    wanted = {metric.name: metric for metric in (*of_experiment, *build_metrics(more, record.task))}
    with reading_display():
        evaluated = load_split(record, model, data, split)
    say_notes(evaluated.notes)
    samples = evaluated.samples
    network = load(model, prepared=True)
    network.evaluate()
    limited = Threads.chosen(network, CHUNK, record.preparation.width, wanted=threads)
    record.expect_outputs(network.forward(samples.batch([0])[0]).shape[1:], model)
    names = record.classes or record.output_names(samples.outputs)
    criterion = build_criterion(record.experiment)
    with limited.limit():
        scores = Scores.of(network, criterion, evaluated, record.preparation, list(wanted.values()))
    of = "training samples" if evaluated.is_known else "these samples"
    of_them = f"{'the ' * evaluated.is_known}{of}"
    details = (_of_classes if record.classes else _of_outputs)(scores, names)
    usual = [name for name in scores.model.metrics if name not in wanted and is_number(scores.model.metrics[name])]
    shown = [name for name in dict.fromkeys(["accuracy", *wanted, *usual]) if name in scores.model.metrics]
    if as_json:
        about = {"data": evaluated.name, "split": split, "samples": len(samples), "weights": record.weights}
        click.echo(json.dumps({**about, **_as_json(scores, shown, of), **details}))
        return
    part = {"test": " held-out", "train": " training", "validation": " validation", "all": ""}[split]
    if len(names) == 1 and not record.classes:
        shown = [name for name in shown if name not in _OF_OUTPUT]  # which the table below has
    numbers = [
        f", {printable(name)} {metric_text(name, scores.model.metrics[name])}"
        for name in dict.fromkeys(("accuracy", *wanted))
        if name in shown and is_number(scores.model.metrics[name])
    ]
    loss = loss_text(scores.model.loss)
    click.echo(f"{printable(evaluated.name)}: {len(samples):,}{part} samples, loss {loss}{''.join(numbers)}")
    click.echo(f"{weights_text(record)}\n")
    click.echo(f"{_summary_table(scores, shown)}\n")
    most = printable(str(names[int(evaluated.typical.argmax())]))
    what = f"the commonest class, {most}," if record.classes else "the mean"
    click.echo(f"baseline: {what} of {of_them}, whatever the features; in brackets: 95% intervals\n")
    click.echo(_class_tables(details) if record.classes else _output_table(details))


def _metric(text: str) -> ComponentConfig:
    """Read the name of a metric, or a table of TOML."""
    try:
        return ComponentConfig(tomllib.loads(f"metric = {text}")["metric"] if "{" in text else {"class": text})
    except (tomllib.TOMLDecodeError, TypeError, ValueError) as error:
        raise click.BadParameter(f'expected a name or a table such as {{ class = "TopK", k = 3 }}: {error}') from error


def _as_json(scores: Scores, shown: list[str], of: str) -> dict[str, Any]:
    """Write numbers, baseline and intervals as JSON can hold them."""
    numbers = [name for name in ("loss", *shown) if name == "loss" or is_number(scores.model.metrics[name])]
    values, baseline = ({"loss": each.loss, **each.metrics} for each in (scores.model, scores.baseline))
    return {
        **{name: _or_none(values[name]) for name in ("loss", *shown)},
        "baseline": {"of": of, **{name: _or_none(baseline[name]) for name in numbers}},
        "intervals": {name: scores.intervals.get(name) for name in numbers},
    }


def _or_none(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _of_classes(scores: Scores, names: tuple[Any, ...]) -> dict[str, Any]:
    """Say of each class what follows from the confusion matrix, as JSON can hold it."""
    confusion = scores.model.metrics["confusion_matrix"]
    own, reference = (
        [_defined(precision=precision, recall=recall, f1=f1) for precision, recall, f1, _ in zip(*each, strict=True)]
        for each in (
            precision_recall_f1_support(measured.metrics["confusion_matrix"])
            for measured in (scores.model, scores.baseline)
        )
    )
    support = [sum(row) for row in confusion]
    return {
        "classes": [
            {"class": name, **own[index], "support": support[index], **_beside(scores, index, reference[index])}
            for index, name in enumerate(names)
        ],
        "confusion": confusion,
    }


def _of_outputs(scores: Scores, names: tuple[Any, ...]) -> dict[str, Any]:
    """Say of each output of a regression how large its errors are, as JSON can hold it."""
    own, reference = (
        [
            {"mse": mse, "rmse": mse**0.5, "mae": mae, **_defined(r2=r2)}
            for mse, mae, r2 in zip(
                *(measured.metrics[f"{key}_per_output"] for key in ("mse", "mae", "r2")), strict=True
            )
        ]
        for measured in (scores.model, scores.baseline)
    )
    return {
        "outputs": [
            {"output": name, **own[index], **_beside(scores, index, reference[index])}
            for index, name in enumerate(names)
        ]
    }


def _beside(scores: Scores, index: int, baseline: dict[str, Any]) -> dict[str, Any]:
    return {"baseline": baseline, "intervals": {key: each[index] for key, each in scores.parts.items()}}


def _summary_table(scores: Scores, shown: list[str]) -> str:
    columns = ("", "model", "95% interval", "baseline")
    own, reference = ({"loss": each.loss, **each.metrics} for each in (scores.model, scores.baseline))
    rows = []
    for name in ("loss", *shown):
        if is_number(own[name]):
            interval = _interval_text(name, scores.intervals.get(name))
            rows.append(
                (meaning_of(name).title, metric_text(name, own[name]), interval, metric_text(name, reference[name]))
            )
    return render_table(columns, rows, right=columns[1:])


def _interval_text(name: str, interval: Interval) -> str:
    return "-" if interval is None else " to ".join(metric_text(name, limit) for limit in interval)


def _class_tables(details: dict[str, Any]) -> str:
    columns = ("class", "samples", "precision", "recall", "F1")
    rows = [
        (str(row["class"]), str(row["support"]), *(_cell(row, key, ".2%") for key in ("precision", "recall", "f1")))
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
    columns, keys = ("output", "MSE", "RMSE", "MAE", "R2"), _OF_OUTPUT
    rows = []
    for each in details["outputs"]:
        rows.append((each["output"], *(_cell(each, key, ".4g") for key in keys)))
        rows.append(("  baseline", *(_number(each["baseline"][key], ".4g") for key in keys)))
    return render_table(columns, rows, right=columns[1:])


def _cell(row: dict[str, Any], key: str, form: str) -> str:
    """Write a number, and after it in brackets where it is with a confidence of 95 %."""
    interval = row["intervals"][key]
    limits = "" if interval is None else f" ({' to '.join(format(limit, form) for limit in interval)})"
    return f"{_number(row[key], form)}{limits}"


def _number(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)


def _defined(**numbers: float) -> dict[str, float | None]:
    """Write nan as None, which JSON has a word for."""
    return {name: None if math.isnan(number) else float(number) for name, number in numbers.items()}
