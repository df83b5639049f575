"""`draw_curves`: loss, metrics and learning rate of runs, epoch by epoch."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .curves_data import AXES, VALIDATION, Curves, is_fraction
from .figures import COLOURS, MARKERS, PlotError, new_figure, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_TITLES = {"lr": "learning rate", "mse": "MSE", "mae": "MAE", "r2": "R²"}
_AXIS_TITLES = {"epoch": "epoch", "step": "step", "seconds": "time of training (s)"}

_FEW = 25
"""Curves of so many epochs have a marker at each; longer ones have about ten."""


def draw_curves(runs: Sequence[Curves], *, axis: str = "epoch", log: bool = False) -> Figure:
    """Draw a panel each for the loss, the metrics and the learning rate.

    Each run has a colour and a marker of its own. Numbers of the training samples are dashed, those of the validation
    samples are solid.

    Args:
        runs: at least one.
        axis: ``epoch``, ``step``, or ``seconds`` of training.
        log: whether the scale of the loss is logarithmic.

    Raises:
        PlotError: if there is nothing to draw.
        MissingLibraryError: without matplotlib.
    """
    quantities = _quantities(runs, axis)
    is_validated = any(run.has(VALIDATION + quantity) for run in runs for quantity in quantities)
    columns = 2 if len(quantities) == 4 else min(len(quantities), 3)
    rows = math.ceil(len(quantities) / columns)
    with styled():
        figure = new_figure(4.0 * columns + 0.4, 3.0 * rows + 0.9)
        for index, quantity in enumerate(quantities, 1):
            axes = figure.add_subplot(rows, columns, index)
            for number, run in enumerate(runs):
                _draw_run(axes, run, quantity, axis, None if len(runs) == 1 else number, dashed=is_validated)
            _label(axes, quantity, axis, log=log)
        if len(runs) == 1:
            figure.suptitle(runs[0].name)
        _add_legend(figure, runs, is_validated)
    return figure


def _quantities(runs: Sequence[Curves], axis: str) -> list[str]:
    if axis not in AXES:
        raise PlotError(f"expected to draw along one of {', '.join(AXES)}, received {axis!r}")
    quantities = list(dict.fromkeys(quantity for run in runs for quantity in run.quantities()))
    if not quantities:
        raise PlotError(f"expected runs that report a loss or a metric, received {[run.name for run in runs]}")
    return sorted(quantities, key=lambda key: {"loss": 0, "lr": 2}.get(key, 1))


def _draw_run(axes: Axes, run: Curves, quantity: str, axis: str, number: int | None, *, dashed: bool) -> None:
    places = run.along(axis)
    every: Any = 1 if len(places) <= _FEW else (0.02 * (number or 0), 0.1)
    for part, key in enumerate((quantity, VALIDATION + quantity)):
        if run.has(key):
            look = _look(part if number is None else number, dashed=dashed and not part and quantity != "lr")
            axes.plot(places, run.values(key), markevery=every, **look)


def _look(number: int, *, dashed: bool) -> dict[str, Any]:
    return {
        "color": COLOURS[number % len(COLOURS)],
        "linestyle": "--" if dashed else "-",
        "linewidth": 1.2 if dashed else 1.8,
        "marker": MARKERS[number % len(MARKERS)],
        "markersize": 4,
    }


def _label(axes: Axes, quantity: str, axis: str, *, log: bool) -> None:
    title = _TITLES.get(quantity, quantity.replace("_", " "))
    axes.set_xlabel(_AXIS_TITLES[axis])
    axes.set_ylabel(title)
    if axis != "seconds":
        axes.locator_params(axis="x", integer=True)
    if is_fraction(quantity):
        axes.set_ylabel(f"{title} (%)")
        axes.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.4g}")
    elif quantity == "lr":
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:.4g}")
        axes.set_ylim(bottom=0)
    elif quantity == "loss" and log:
        from matplotlib.ticker import LogFormatter

        axes.set_yscale("log")
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
        axes.yaxis.set_minor_formatter(LogFormatter(labelOnlyBase=False))


def _add_legend(figure: Figure, runs: Sequence[Curves], is_validated: bool) -> None:
    from matplotlib.lines import Line2D

    if len(runs) > 1:
        handles = [Line2D([], [], label=run.name, **_look(index, dashed=False)) for index, run in enumerate(runs)]
    else:
        handles = []
    for part, label in enumerate(("training", "validation") if is_validated else ()):
        look = _look(part, dashed=not part)
        if len(runs) > 1:
            look |= {"color": "gray", "marker": ""}
        handles.append(Line2D([], [], label=label, **look))
    if handles:
        figure.legend(handles=handles, loc="outside lower center", ncols=min(len(handles), 4))
