"""``minnet plot``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from minnet_core import load, read_header

from ..display import ClassPredictions, model_file, run_name
from ..experiment import KEY, TrainingRecord
from ..extras import import_extra
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
    write_picture,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

KINDS = ("curves", "confusion", "mistakes", "weights")
_SAID = {"confusion": "The confusion matrix of {} is in {}"}


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
    import_extra("matplotlib", "plot", "minnet plot")
    figure = _curves(run, **options) if kind == "curves" else _of_model(run, kind, **options)
    write_picture(figure, output)
    said = _SAID.get(kind, f"The {kind} of {{}} are in {{}}")
    click.echo(said.format(run[0] if len(run) == 1 else f"{len(run)} runs", output))


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
    name, weights = first_weights(load(path))
    header = read_header(path)
    # The weights of a model that no training of ours has made can be drawn as well.
    record = TrainingRecord.read(header, path) if KEY in header.metadata else None
    columns = None if record is None else record.preparation.columns.expanded_names
    return draw_weights(weights, columns=columns, title=f"{run_name(run)}: {name}", **limit)
