"""What a model makes of its features: `draw_importance` of each, and `draw_dependence` of predictions on them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import field, frozen

from minnet_core import Array

from .figures import COLOURS, PlotError, curve_look, new_figure, shortened, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def draw_importance(
    names: Sequence[str], drops: Array, *, count: int = 20, title: str = "", score: str = "accuracy"
) -> Figure:
    """Draw by how much a score drops when a feature is shuffled, the most important feature at the top.

    Whiskers are the deviation of the repeats.

    Args:
        names: of the features.
        drops: (features, repeats).
        count: how many features to draw at most.
        title: what was measured.
        score: its name.

    Raises:
        PlotError: if there is no feature, or the names do not fit.
        MissingLibraryError: without matplotlib.
    """
    if not len(names) or len(names) != len(drops):
        raise PlotError(f"expected a name for each of {len(drops)} features, received {len(names)}")
    mean, deviation = drops.mean(axis=1), drops.std(axis=1)
    order = np.argsort(-mean, kind="stable")[:count]
    title += f"\nthe {len(order)} most important of {len(names)} features" if len(order) < len(names) else ""
    with styled():
        figure = new_figure(6.4, 0.28 * len(order) + 1.5)
        axes = figure.add_subplot()
        places = np.arange(len(order))
        axes.barh(places, mean[order], height=0.7, color=COLOURS[0])
        whiskers: dict[str, Any] = {"fmt": "none", "ecolor": "black", "elinewidth": 1, "capsize": 2}
        axes.errorbar(mean[order], places, xerr=deviation[order], **whiskers)
        axes.axvline(0, color="black", linewidth=0.8)
        axes.set_yticks(places, [shortened(names[index]) for index in order])
        axes.invert_yaxis()
        axes.grid(visible=False, axis="y")
        axes.set_xlabel(f"drop of the {score} when the feature is shuffled")
        axes.locator_params(axis="x", nbins=6)
        axes.set_title(title.strip())
    return figure


@frozen(eq=False)
class Dependence:
    """How predictions depend on one feature, the others being as they are.

    Attributes:
        feature: its name.
        values: (points,), numbers, or the names of categories.
        predictions: (points, outputs), the mean over the samples.
        samples: (rows,), the values that there are; indices of categories.
    """

    feature: str
    values: Array = field(repr=False)
    predictions: Array = field(repr=False)
    samples: Array = field(repr=False)


def draw_dependence(parts: Sequence[Dependence], outputs: Sequence[str], *, what: str, title: str = "") -> Figure:
    """Draw mean predictions by the value of a feature, a panel for each feature, all with one scale.

    Ticks at the bottom are the deciles of the values that there are.

    Args:
        parts: at least one.
        outputs: the names of the predictions, a curve each.
        what: is predicted, the label of the axis.
        title: what was measured.

    Raises:
        PlotError: if there is no feature.
        MissingLibraryError: without matplotlib.
    """
    if not parts:
        raise PlotError("expected at least one feature, received none")
    columns = 2 if len(parts) == 4 else min(len(parts), 3)
    rows = math.ceil(len(parts) / columns)
    with styled():
        from matplotlib.lines import Line2D

        figure = new_figure(3.5 * columns + 0.6, 2.8 * rows + 0.9)
        first: Axes | None = None
        for index, part in enumerate(parts, 1):
            axes = figure.add_subplot(rows, columns, index, sharey=first)
            first = first or axes
            _draw_part(axes, part)
            axes.set_xlabel(shortened(part.feature))
            if index % columns == 1 or columns == 1:
                axes.set_ylabel(what)
        if len(outputs) > 1:
            looks = [curve_look(number) for number in range(len(outputs))]
            handles = [Line2D([], [], label=shortened(name), **look) for name, look in zip(outputs, looks, strict=True)]
            figure.legend(handles=handles, loc="outside lower center", ncols=min(len(handles), 4))
        figure.suptitle(title, size="medium")
    return figure


def _draw_part(axes: Axes, part: Dependence) -> None:
    if part.values.dtype.kind in "UO":
        places = np.arange(len(part.values))
        for number, means in enumerate(part.predictions.T):
            axes.plot(places, means, marker="o", markersize=5, **{**curve_look(number), "linewidth": 0.8})
        names = [shortened(name, 14) for name in part.values]
        is_long = sum(map(len, names)) > 24
        axes.set_xticks(places, names, rotation=45 if is_long else 0, ha="right" if is_long else "center")
        return
    for number, means in enumerate(part.predictions.T):
        axes.plot(part.values, means, **curve_look(number))
    axes.locator_params(axis="x", nbins=5)
    low, high = part.values.min(), part.values.max()
    deciles = np.quantile(part.samples, np.arange(1, 10) / 10)
    deciles = deciles[(deciles >= low) & (deciles <= high)]
    axes.plot(deciles, np.zeros(len(deciles)), "|", color="black", markersize=9, transform=axes.get_xaxis_transform())
