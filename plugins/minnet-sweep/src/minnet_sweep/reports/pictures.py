"""Pictures of a sweep: its history, its points as lines across the parameters, slices, and learning curves."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from minnet_core.support import printable
from minnet_train.many_runs import is_run
from minnet_train.plots import Curves, PlotError, draw_curves, import_matplotlib, shortened, styled

from ..configuration import Choice, Parameter
from ..study import Study, Trial
from ..trials import SweepFolder, shown

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_COLOURS = "cividis"
_MOST_CURVES = 6

_MOST_LETTERS = 30
"""Of the labels of a panel, each as long as the longest, that stand side by side."""
_PAPER = {"facecolor": "white", "alpha": 0.7, "linewidth": 0, "pad": 0.6}
"""What is behind a label, so that it can be read across lines."""


def draw(kind: str, folder: SweepFolder, study: Study) -> Figure:
    """Draw one of ``PICTURES``.

    Raises:
        PlotError: if there is nothing to draw yet.
        MissingLibraryError: without matplotlib.
    """
    trials = study.complete()
    if not trials:
        raise PlotError(f"{folder.path}: expected at least one trial with a result, received none")
    results = [trial.value or 0.0 for trial in trials]
    if not math.isfinite(2 * (max(results) - min(results))):  # with a margin, as pictures have one
        span = f"{shown(min(results))} and {shown(max(results))}"
        raise PlotError(f"{folder.path}: expected results whose differences a float can hold, received {span}")
    with styled():
        return PICTURES[kind](folder, study, trials)


def _figure(width: float, height: float) -> Figure:
    figure: Figure = import_matplotlib("matplotlib.figure").Figure(figsize=(width, height), layout="constrained")
    return figure


def _history(folder: SweepFolder, study: Study, trials: Sequence[Trial]) -> Figure:
    """Draw the result of each trial in the order in which they ended, and the best until then."""
    ended = sorted(trials, key=lambda trial: (trial.ended is None, trial.ended, trial.number))
    results = [trial.value or 0.0 for trial in ended]
    choose = max if folder.sweep.direction == "max" else min
    best = [choose(results[: index + 1]) for index in range(len(results))]
    figure = _figure(6.4, 4.0)
    axes = figure.add_subplot()
    places = range(1, len(ended) + 1)
    axes.plot(places, results, "o", color="#56B4E9", label="a trial")
    axes.step(places, best, where="post", color="#D55E00", label="the best so far")
    for place, trial in zip(places, ended, strict=True):
        if trial is ended[results.index(best[-1])]:
            axes.annotate(f"trial {trial.number}", (place, best[-1]), (0, 6), textcoords="offset points", ha="center")
    axes.set_xlabel("trials that have a result")
    axes.set_ylabel(_metric(folder))
    axes.locator_params(axis="x", integer=True)
    axes.legend()
    return figure


def _parallel(folder: SweepFolder, study: Study, trials: Sequence[Trial]) -> Figure:
    """Draw each trial as a line across an axis for each parameter, the best ones on top."""
    space = folder.sweep.parameters
    ordered = _worst_first(folder, trials)
    colours = _Colours(folder, trials)
    figure = _figure(max(6.4, 1.8 * len(space) + 2), 4.4)
    axes = figure.add_subplot()
    for trial in ordered:
        heights = [_height(parameter, trial.values.get(parameter.name)) for parameter in space]
        axes.plot(range(len(space)), heights, color=colours.of(trial), linewidth=1.6)
    for place, parameter in enumerate(space):
        axes.axvline(place, color="black", linewidth=0.8)
        for height, label in _ticks(parameter):
            axes.annotate(
                label, (place, height), (4, 0), textcoords="offset points", fontsize=8, va="center", bbox=_PAPER
            )
    axes.set_xticks(range(len(space)), [shortened(parameter.name, 24) for parameter in space])
    axes.set_yticks([])
    axes.set_ylim(-0.02, 1.02)
    axes.set_xlim(-0.1, len(space) - 0.5)
    axes.grid(visible=False)
    axes.spines["left"].set_visible(False)
    figure.colorbar(colours.mappable, ax=axes, label=_metric(folder))
    return figure


def _slices(folder: SweepFolder, study: Study, trials: Sequence[Trial]) -> Figure:
    """Draw the results by the values of each parameter, one panel each."""
    space = folder.sweep.parameters
    columns = min(len(space), 3)
    rows = math.ceil(len(space) / columns)
    figure = _figure(3.2 * columns + 1, 2.9 * rows + 0.3)
    places = [*figure.subplots(rows, columns, squeeze=False, sharey=True).flat]
    for axes, parameter in zip(places, space, strict=False):
        chosen = [trial for trial in trials if parameter.name in trial.values]
        results = [trial.value for trial in chosen]
        if isinstance(parameter, Choice):
            labels = parameter.values()
            axes.plot([labels.index(trial.values[parameter.name]) for trial in chosen], results, "o", color="#0072B2")
            names = [shortened(label, 24) for label in labels]
            axes.set_xticks(range(len(labels)), names)
            axes.tick_params(axis="x", labelrotation=90 if len(labels) * max(map(len, names)) > _MOST_LETTERS else 0)
            axes.set_xlim(-0.5, len(labels) - 0.5)
        else:
            axes.plot([trial.values[parameter.name] for trial in chosen], results, "o", color="#0072B2")
            if parameter.is_integer and not parameter.log:
                axes.locator_params(axis="x", integer=True)
            if parameter.log:
                axes.set_xscale("log")  # of whose labels matplotlib makes formulas, which names are not: see styled
                axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
                axes.xaxis.set_minor_formatter(import_matplotlib("matplotlib.ticker").LogFormatter(labelOnlyBase=False))
        axes.set_xlabel(shortened(parameter.name, 24))
    for axes in places[len(space) :]:
        axes.set_visible(False)
    figure.supylabel(_metric(folder))
    return figure


def _curves(folder: SweepFolder, study: Study, trials: Sequence[Trial]) -> Figure:
    """Draw the learning curves of the best trials, of their first seed."""
    kept = [trial for trial in _worst_first(folder, trials)[::-1] if is_run(folder.run(trial.number, 0))]
    if not kept:  # as after `minnet runs delete`: results are in the journal, and stay
        raise PlotError(f"{folder.path}: expected the run of at least one trial, received none: they were deleted")
    best = kept[:_MOST_CURVES]
    return draw_curves([Curves.read(folder.run(trial.number, 0), f"trial {trial.number}") for trial in best])


PICTURES: Mapping[str, Callable[[SweepFolder, Study, Sequence[Trial]], Figure]] = {
    "history": _history,
    "parallel": _parallel,
    "slices": _slices,
    "curves": _curves,
}
"""The kinds of pictures."""


def _metric(folder: SweepFolder) -> str:
    return printable(str(folder.sweep.metric).replace("_", " "), 60)


def _worst_first(folder: SweepFolder, trials: Sequence[Trial]) -> list[Trial]:
    return sorted(trials, key=lambda trial: trial.value or 0.0, reverse=folder.sweep.direction != "max")


class _Colours:
    """The colour of each result."""

    def __init__(self, folder: SweepFolder, trials: Sequence[Trial]) -> None:
        matplotlib, colors = import_matplotlib(), import_matplotlib("matplotlib.colors")
        cm = import_matplotlib("matplotlib.cm")
        results = [trial.value or 0.0 for trial in trials]
        low, high = min(results), max(results)
        margin = 0.0 if high > low else 0.5 * abs(low) or 0.5  # one colour, that of the middle
        norm = colors.Normalize(low - margin, high + margin)
        name = _COLOURS if folder.sweep.direction == "max" else f"{_COLOURS}_r"  # good ones are bright
        self.mappable: Any = cm.ScalarMappable(norm, matplotlib.colormaps[name])

    def of(self, trial: Trial) -> Any:
        return self.mappable.to_rgba(trial.value)


def _height(parameter: Parameter, value: Any) -> float:
    """Where a value is on the axis of a parameter, from 0 to 1; nan if a trial has none."""
    if value is None:
        return math.nan
    if isinstance(parameter, Choice):
        values = parameter.values()
        return (values.index(value) + 0.5) / len(values)
    if parameter.log:
        return math.log(value / parameter.low) / math.log(parameter.high / parameter.low)
    return float((value - parameter.low) / (parameter.high - parameter.low))


def _ticks(parameter: Parameter) -> list[tuple[float, str]]:
    if isinstance(parameter, Choice):
        return [(_height(parameter, value), shortened(value, 24)) for value in parameter.values()]
    return [(_height(parameter, value), shown(value)) for value in (parameter.low, parameter.high)]
