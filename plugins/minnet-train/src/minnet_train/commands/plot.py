"""``minnet plot``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import click
import numpy as np
from click.core import ParameterSource

from minnet_core import Array, MinnetError, Module, load, read_header
from minnet_core.support import printable

from ..display import weights_text
from ..evaluation import grid_of, input_saliency, layer_outputs, partial_dependence, permutation_importance, some_rows
from ..experiment import KEY, TrainingRecord
from ..metrics import R2, Accuracy, Metric, count_confusions
from ..plots import (
    Curves,
    Dependence,
    PlotError,
    check_suffix,
    distinct_names,
    draw_calibration,
    draw_confusion,
    draw_curves,
    draw_dependence,
    draw_importance,
    draw_maps,
    draw_mistakes,
    draw_precision_recall,
    draw_predicted,
    draw_residuals,
    draw_roc,
    draw_saliency,
    draw_weights,
    first_kernels,
    first_weights,
    import_matplotlib,
    visible_images,
    write_picture,
)
from .model_picture import write_model_picture
from .options import import_for, import_option
from .plotted_model import ClassPredictions, PlottedModel, model_file, model_name, run_name

if TYPE_CHECKING:
    from matplotlib.figure import Figure

KINDS = (
    *("curves", "confusion", "roc", "pr", "calibration", "predicted", "residuals", "importance", "dependence"),
    *("mistakes", "saliency", "weights", "kernels", "maps"),
)

_SAID = {
    "confusion": "The confusion matrix of {} is in {}",
    "roc": "The ROC curves of {} are in {}",
    "pr": "The precision-recall curves of {} are in {}",
    "calibration": "The calibration of {} is in {}",
    "predicted": "The predicted and true values of {} are in {}",
    "importance": "The importance of the features of {} is in {}",
    "dependence": "The dependence of {} on its features is in {}",
    "saliency": "The saliency of samples to {} is in {}",
    "kernels": "The kernels of {} are in {}",
    "maps": "The feature maps of {} are in {}",
}

MOST_DRAWN = 20
"""So many features are drawn by their importance, and so many classes by their dependence, unless --count says else."""

FEW = 8
"""Of so many samples the saliency is drawn, unless --count says else."""

PANELS = 6
"""On so many features, the most important ones, the dependence is drawn, unless --feature or --count says else."""


@click.command()
@click.argument("run", nargs=-1, type=click.Path(exists=True))
@click.option("--kind", type=click.Choice(KINDS), default="curves", show_default=True, help="What to draw.")
@click.option("--model", type=click.Path(exists=True), help="Draw the layers of this model file, or RUN, as SVG.")
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
@click.option("--count", type=click.IntRange(min=1), help="The maximum number of images, or of features.")
@click.option("--feature", multiple=True, help="A column whose dependence to draw. May be repeated.")
@import_option
def plot(
    run: tuple[str, ...],
    kind: str,
    model: str | None,
    output: str | None,
    imports: tuple[str, ...],
    **options: Any,
) -> None:
    """Plot the curves of the RUNs together, or what one of them has learned.

    A RUN is a run directory of `minnet train`. For all but curves it may be a model file as well; of a run directory,
    the model of its best epoch is taken.

    \b
    curves       the loss, each metric and the learning rate;
                 also of a run in progress
    confusion    the confusion matrix
    roc          the receiver operating characteristic of each class
    pr           precision by recall of each class
    calibration  how often predictions are right that are so certain
    predicted    predicted against true values of a regression
    residuals    true minus predicted values of a regression
    importance   the drop of the accuracy, or R2, when a feature is shuffled
    dependence   the mean prediction by the value of a feature
    mistakes     misclassified samples, as images, if they are such or the
                 number of features is a square
    saliency     how much the predicted class of some samples hangs on each
                 pixel: the gradient of its score
    weights      the weights of each unit of the first layer
    kernels      the kernels of the first convolution
    maps         what each layer makes of a sample, channel by channel

    All of these need matplotlib:

    \b
      pip install 'minnet-train[plot]'

    With --model, what each layer takes and makes is drawn, without a RUN and without matplotlib.
    """  # noqa: D301  # \b is click's: it keeps lines as they are
    if model is not None:
        _expect_alone()
        output = output or "model.svg"
        write_model_picture(model, output, imports)
        click.echo(printable(f"The layers of {model} are in {output}"))
        return
    if not run:
        raise click.MissingParameter(param_hint="'RUN...'", param_type="argument")
    output = output or f"{kind}.png"
    check_suffix(output)
    import_matplotlib(what="minnet plot")
    import_for(_records(run) if imports else (), imports)
    figure = _curves(run, **options) if kind == "curves" else _of_model(run, kind, **options)
    write_picture(figure, output)
    said = _SAID.get(kind, f"The {kind} of {{}} are in {{}}")
    click.echo(printable(said.format(run[0] if len(run) == 1 else f"{len(run)} runs", output)))
    if kind != "curves":
        path = model_file(run[0])
        header = read_header(path)
        if KEY in header.metadata:
            click.echo(f"{weights_text(TrainingRecord.read(header, path))}, in {printable(str(path))}")


_ITS = ("model", "output", "imports")
"""What a picture of layers may be given."""


def _expect_alone() -> None:
    context = click.get_current_context()
    for name, value in context.params.items():
        is_given = (
            context.get_parameter_source(name) is not ParameterSource.DEFAULT and value != ()
        )  # as click 8.1 says
        if name not in _ITS and is_given:
            raise click.UsageError(f"expected --model with no more than --output and --import, received {name}")


def _records(runs: Iterable[str]) -> Iterator[TrainingRecord]:
    """Read the records of the models of runs that have one, which curves do not need."""
    for run in runs:
        with suppress(MinnetError):
            path = model_file(run)
            yield TrainingRecord.read(read_header(path), path)


def _curves(runs: tuple[str, ...], along: str, log: bool, **_: Any) -> Figure:
    curves = [Curves.read(run, name) for run, name in zip(runs, distinct_names(runs), strict=True)]
    return draw_curves(curves, axis=along, log=log)


def _of_model(
    runs: tuple[str, ...],
    kind: str,
    data: str | None,
    split: str,
    count: int | None,
    feature: tuple[str, ...] = (),
    **_: Any,
) -> Figure:
    if len(runs) > 1:
        raise PlotError(f"expected one run to draw the {kind} of, received {len(runs)}")
    limit = {"count": count} if count else {}
    if kind in ("weights", "kernels"):
        return _weights(runs[0], first_weights if kind == "weights" else first_kernels, **limit)
    if kind == "maps":
        return _maps(PlottedModel.of_run(runs[0], split=split, data=data), **limit)
    if kind in _OF_SAMPLES:
        task, draw = _OF_SAMPLES[kind]
        return draw(PlottedModel.of_run(runs[0], split=split, data=data, task=task))
    if kind in ("importance", "dependence"):
        asked = PlottedModel.of_run(runs[0], split=split, data=data)
        return _importance(asked, count) if kind == "importance" else _dependence(asked, feature, count)
    predictions = ClassPredictions.of_run(runs[0], split=split, data=data)
    classes = predictions.dataset.classes
    if kind == "saliency":
        return _saliency(PlottedModel.of_run(runs[0], split=split, data=data), predictions, count or FEW)
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
        image=predictions.dataset.image,
        **limit,
    )


def _maps(asked: PlottedModel, **limit: int) -> Figure:
    raw, inputs = asked.some(1)
    outputs = layer_outputs(asked.model, inputs)
    maps = [(name, output[0]) for name, output in outputs if getattr(output, "ndim", 0) == 4]
    return draw_maps(visible_images(raw, "features", asked.dataset.image)[0], maps, title=asked.title, **limit)


def _saliency(asked: PlottedModel, predictions: ClassPredictions, count: int) -> Figure:
    raw, inputs = asked.some(count)
    images, gradient = visible_images(raw, "features", asked.dataset.image), np.abs(input_saliency(asked.model, inputs))
    classes = predictions.dataset.classes
    pairs = zip(predictions.actual[:count], predictions.predicted[:count], strict=True)
    titles = [str(classes[one]) if one == other else f"{classes[one]}, not {classes[other]}" for other, one in pairs]
    shown = gradient.max(axis=1) if gradient.ndim == 4 else gradient.reshape(images.shape)
    return draw_saliency(images, shown, titles, title=f"{asked.title}\nwhat the predicted class hangs on")


def _weights(run: str, first: Callable[[Module], tuple[str, Array]], **limit: int) -> Figure:
    path = model_file(run)
    name, weights = first(load(path, prepared=True))
    header = read_header(path)
    # The weights of a model that no training of ours has made can be drawn as well.
    record = TrainingRecord.read(header, path) if KEY in header.metadata else None
    columns = None if record is None else record.preparation.columns.expanded_names
    called = run_name(run) if record is None else model_name(run, record)
    return draw_weights(weights, columns=columns, title=f"{called}: {name}", **limit)


def _roc(asked: PlottedModel) -> Figure:
    return draw_roc(*asked.probabilities(), asked.record.classes, title=asked.title)


def _precision_recall(asked: PlottedModel) -> Figure:
    return draw_precision_recall(*asked.probabilities(), asked.record.classes, title=asked.title)


def _calibration(asked: PlottedModel) -> Figure:
    return draw_calibration(*asked.probabilities(), title=asked.title)


def _predicted(asked: PlottedModel) -> Figure:
    return draw_predicted(*asked.answers(), asked.output_names, title=asked.title)


def _residuals(asked: PlottedModel) -> Figure:
    return draw_residuals(*asked.answers(), asked.output_names, title=asked.title)


_OF_SAMPLES: dict[str, tuple[str, Callable[[PlottedModel], Figure]]] = {
    "roc": ("classification", _roc),
    "pr": ("classification", _precision_recall),
    "calibration": ("classification", _calibration),
    "predicted": ("regression", _predicted),
    "residuals": ("regression", _residuals),
}
"""Kind of a picture of predictions -> the task of the model, and what draws it."""


def _importance(asked: PlottedModel, count: int | None) -> Figure:
    score = "accuracy" if asked.record.classes else "R²"
    return draw_importance(asked.features, _drops(asked), count=count or MOST_DRAWN, title=asked.title, score=score)


def _drops(asked: PlottedModel) -> Array:
    """Compute the importance of each feature: the drop of the accuracy, or of R2, when it is shuffled."""
    rows = asked.rows[some_rows(len(asked.rows))]
    features = np.asarray(asked.dataset.features[rows])
    metric: Metric = Accuracy() if asked.record.classes else R2()
    if asked.record.experiment.data.autoencode:
        targets = asked.record.preparation.answers(asked.record.preparation.inputs(features))
    else:
        targets = np.asarray(asked.dataset.targets[rows])

    def score(predictions: Array) -> float:
        metric.reset()
        metric.update(predictions, targets)
        return float(metric.compute())

    return permutation_importance(asked.predict, features, score)


def _dependence(asked: PlottedModel, wanted: tuple[str, ...], count: int | None) -> Figure:
    names = asked.features
    unknown = [name for name in wanted if name not in names]
    if unknown:
        raise PlotError(f"{asked.path}: expected a feature, one of {', '.join(names[:20])}, received {unknown[0]!r}")
    columns = [names.index(name) for name in wanted]
    if not columns:
        columns = np.argsort(-_drops(asked).mean(axis=1), kind="stable")[: count or PANELS].tolist()
    features = np.asarray(asked.dataset.features[asked.rows[some_rows(len(asked.rows), 500)]])
    outputs = asked.output_names
    shown = slice(1, 2) if len(asked.record.classes) == 2 else slice(MOST_DRAWN)
    parts = []
    for column in columns:
        of = asked.dataset.categories[column] if asked.dataset.categories else ()
        values = grid_of(features[:, column].astype(np.float64))
        means = partial_dependence(asked.predict, features, column, values)[:, shown]
        there = features[:, column].astype(np.float64)
        said = np.array([of[int(value)] for value in values]) if of else values
        parts.append(Dependence(names[column], said, means, there[~np.isnan(there)]))
    named = tuple(map(str, outputs[shown]))
    what = "mean probability" if asked.record.classes else "mean prediction"
    if len(named) == 1:
        what = f"{what} of {named[0]}"
    return draw_dependence(parts, named, what=what, title=asked.title)
