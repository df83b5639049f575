"""``minnet plot``, and what it asks the model of a run."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np
from attrs import evolve, field, frozen

from minnet_core import Array, ModelFileError, Module, load, read_header
from minnet_core.support import printable

from ..data import Dataset, Samples
from ..errors import ExperimentError
from ..evaluation import as_probabilities, split_rows
from ..experiment import KEY, TrainingRecord, load_source
from ..metrics import count_confusions
from ..plots import (
    Curves,
    PlotError,
    check_suffix,
    distinct_names,
    draw_confusion,
    draw_curves,
    draw_mistakes,
    draw_weights,
    first_weights,
    import_matplotlib,
    write_picture,
)
from ..training import forward_chunks

if TYPE_CHECKING:
    from matplotlib.figure import Figure

KINDS = ("curves", "confusion", "mistakes", "weights")
_SAID = {"confusion": "The confusion matrix of {} is in {}"}

MODELS = ("best.safetensors", "model.safetensors")
"""The files of a run directory that hold a model, the one to draw first."""


@click.command()
@click.argument("run", nargs=-1, required=True, type=click.Path(exists=True))
@click.option("--kind", type=click.Choice(KINDS), default="curves", show_default=True, help="What to draw.")
@click.option("-o", "--output", type=click.Path(dir_okay=False), help="A .png, .svg or .pdf file.  [default: KIND.png]")
@click.option(
    "--along",
    type=click.Choice(("epoch", "step", "seconds")),
    default="epoch",
    show_default=True,
    help="The x axis of the curves; seconds are training time.",
)
@click.option("--log", is_flag=True, help="Draw the loss on a logarithmic scale.")
@click.option("--data", type=click.Path(exists=True), help="The current path of the run's data.")
@click.option(
    "--split",
    type=click.Choice(("training", "validation", "test", "all")),
    default="test",
    show_default=True,
    help="The split to predict.",
)
@click.option("--count", type=click.IntRange(min=1), help="The maximum number of images.")
def plot(run: tuple[str, ...], kind: str, output: str | None, **options: Any) -> None:
    """Plot the curves of the RUNs together, or what one of them has learned.

    A RUN is a run directory of `minnet train`. For all but curves it may be a model file as well; of a run directory,
    the model of its best epoch is taken.

    \b
    curves     the loss, each metric and the learning rate;
               also of a run in progress
    confusion  the confusion matrix
    mistakes   misclassified samples, as images, if the number of features is
               a square
    weights    the weights of each unit of the first layer

    This needs matplotlib:

    \b
      pip install 'minnet-train[plot]'
    """  # noqa: D301  # \b is click's: it keeps lines as they are
    output = output or f"{kind}.png"
    check_suffix(output)
    import_matplotlib(what="minnet plot")
    figure = _curves(run, **options) if kind == "curves" else _of_model(run, kind, **options)
    write_picture(figure, output)
    said = _SAID.get(kind, f"The {kind} of {{}} are in {{}}")
    click.echo(printable(said.format(run[0] if len(run) == 1 else f"{len(run)} runs", output)))


def _curves(runs: tuple[str, ...], along: str, log: bool, **_: Any) -> Figure:
    curves = [Curves.read(run, name) for run, name in zip(runs, distinct_names(runs), strict=True)]
    return draw_curves(curves, axis=along, log=log)


def _of_model(runs: tuple[str, ...], kind: str, data: str | None, split: str, count: int | None, **_: Any) -> Figure:
    if len(runs) > 1:
        raise PlotError(f"expected one run to draw the {kind} of, received {len(runs)}")
    limit = {"count": count} if count else {}
    if kind == "weights":
        return _weights(runs[0], **limit)
    predictions = ClassPredictions.of_run(runs[0], split=split, data=data)
    classes = predictions.dataset.classes
    if kind == "confusion":
        counts = count_confusions(predictions.actual, predictions.predicted, len(classes))
        return draw_confusion(counts, classes, title=predictions.title)
    wrong = predictions.actual != predictions.predicted
    return draw_mistakes(
        predictions.dataset.features[predictions.rows[wrong]],
        predictions.actual[wrong],
        predictions.predicted[wrong],
        classes,
        scores=None if predictions.scores is None else predictions.scores[wrong],
        total=len(predictions.actual),
        title=predictions.title,
        **limit,
    )


def _weights(run: str, **limit: int) -> Figure:
    path = model_file(run)
    name, weights = first_weights(load(path, prepared=True))
    header = read_header(path)
    # The weights of a model that no training of ours has made can be drawn as well.
    record = TrainingRecord.read(header, path) if KEY in header.metadata else None
    columns = None if record is None else record.preparation.columns.expanded_names
    return draw_weights(weights, columns=columns, title=f"{run_name(run)}: {name}", **limit)


def model_file(run: str | os.PathLike[str]) -> Path:
    """Find the model of a run: of its best epoch, or else that at its end.

    Raises:
        PlotError: if a run directory has none yet.
    """
    path = Path(run)
    if not path.is_dir():
        return path
    found = [path / name for name in MODELS if (path / name).is_file()]
    if not found:
        raise PlotError(f"{path}: expected a run directory with {' or '.join(MODELS)}, received one with neither")
    return found[0]


def run_name(run: str | os.PathLike[str]) -> str:
    """Say what a title calls a run directory or a model file.

    >>> run_name("runs/digits-1"), run_name("digits.safetensors")
    ('digits-1', 'digits')
    """
    return Path(run).resolve().name.removesuffix(".safetensors")


@frozen(eq=False)
class ClassPredictions:
    """What a classifier predicts for samples.

    Attributes:
        dataset: the one that the samples are from.
        rows: their indices in it.
        actual: (rows,), the index of the true class.
        predicted: (rows,), the index of the class that the model predicts.
        scores: (rows,), the probability of that class; None if the outputs of the model are no probabilities.
        title: which samples they are.
    """

    dataset: Dataset = field(repr=False)
    rows: Array = field(repr=False)
    actual: Array = field(repr=False)
    predicted: Array = field(repr=False)
    scores: Array | None = field(repr=False)
    title: str

    @classmethod
    def of_run(cls, run: str | os.PathLike[str], *, split: str = "test", data: str | None = None) -> ClassPredictions:
        """Predict with the model of a run, chunk by chunk.

        Args:
            run: a run directory, or a model file.
            split: ``training``, ``validation``, ``test`` or ``all``.
            data: the path of the data that it was trained on, if they have moved.

        Raises:
            PlotError: if it is no classifier, or there is no such part.
            ModelFileError: if the data are others than those that it was trained on.
        """
        path = model_file(run)
        record = TrainingRecord.read(read_header(path), path)
        if record.task != "classification":
            raise PlotError(f"{path}: expected a classifier, received a model that predicts numbers")
        dataset = _same_data(record, path, data)
        rows = split_rows(record, dataset, split)
        if not len(rows):
            raise PlotError(f"{path}: expected an experiment with {split} samples, received one without")
        record.expect_outputs((len(dataset.classes),), path)
        predicted, scores = _classified(load(path, prepared=True), Samples.of(dataset, rows, record.preparation))
        title = f"{run_name(run)}: {split} samples of {dataset.name}"
        return cls(dataset, rows, np.asarray(dataset.targets[rows]), predicted, scores, title)


def _same_data(record: TrainingRecord, path: Path, data: str | None) -> Dataset:
    config = record.experiment.data
    try:
        dataset = load_source(evolve(config, source=data) if data else config)
    except ExperimentError as error:
        raise ModelFileError(f"{path}: {error}; --data names the data where they are now") from error
    if dataset.fingerprint() != record.fingerprint:
        raise ModelFileError(
            f"{path}: expected the data that it was trained on, received {dataset.name} with other contents; "
            "which samples were held out can no longer be said"
        )
    return dataset


def _classified(model: Module, samples: Samples) -> tuple[Array, Array | None]:
    """Return for each sample the class of the largest output, and its probability if all outputs are such."""
    predicted: list[Array] = []
    scores: list[Array] = []
    for *_, outputs in forward_chunks(model, samples):
        predicted.append(outputs.argmax(axis=1))
        probabilities = as_probabilities(outputs)
        if probabilities is not None:
            scores.append(probabilities.max(axis=1))
    return np.concatenate(predicted), np.concatenate(scores) if len(scores) == len(predicted) else None
