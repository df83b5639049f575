"""What a regression predicts: `draw_predicted` against the true values, and `draw_residuals`, what is left of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from minnet_core import Array

from .figures import COLOURS, PlotError, new_figure, shortened, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MOST_PANELS = 9
_MOST_POINTS = 5000
"""Of more samples, so many are drawn, evenly chosen; what is said in numbers is of all."""


def draw_predicted(actual: Array, predicted: Array, names: Sequence[str], *, title: str = "") -> Figure:
    """Draw predictions against the true values, a panel for each output; what is right is on the diagonal.

    Args:
        actual: (rows, outputs), in the units of the data.
        predicted: (rows, outputs).
        names: of the outputs.
        title: what was predicted.

    Raises:
        PlotError: if there is no sample, or the arrays do not fit.
        MissingLibraryError: without matplotlib.
    """

    def draw(axes: Axes, true: Array, values: Array, name: str) -> None:
        low, high = min(true.min(), values.min()), max(true.max(), values.max())
        axes.plot([low, high], [low, high], color="black", linewidth=1, linestyle="--", zorder=3)
        shown = _shown(len(true))
        axes.scatter(true[shown], values[shown], color=COLOURS[0], **_dots(len(shown)))
        axes.set_aspect("equal", adjustable="datalim")
        axes.set_xlabel(f"true {name}")
        axes.set_ylabel(f"predicted {name}")
        error = float(np.sqrt(np.mean((values - true) ** 2)))
        variation = float(np.sum((true - true.mean()) ** 2))
        explained = f", R² {1 - float(np.sum((values - true) ** 2)) / variation:.3f}" if variation else ""
        axes.set_title(f"RMSE {error:.4g}{explained}")

    return _panels(actual, predicted, names, title, draw)


def draw_residuals(actual: Array, predicted: Array, names: Sequence[str], *, title: str = "") -> Figure:
    """Draw true minus predicted values against the predicted ones, with their mean along the way, for each output.

    A mean that leaves 0 shows what the model has not learned; dots that fan out, that errors depend on the value.

    Args:
        actual: (rows, outputs), in the units of the data.
        predicted: (rows, outputs).
        names: of the outputs.
        title: what was predicted.

    Raises:
        PlotError: if there is no sample, or the arrays do not fit.
        MissingLibraryError: without matplotlib.
    """

    def draw(axes: Axes, true: Array, values: Array, name: str) -> None:
        residuals = true - values
        axes.axhline(0, color="black", linewidth=1, linestyle="--", zorder=3)
        shown = _shown(len(true))
        axes.scatter(values[shown], residuals[shown], color=COLOURS[0], **_dots(len(shown)))
        parts = np.array_split(np.argsort(values, kind="stable"), min(10, max(len(values) // 10, 1)))
        if len(parts) > 1:
            middle = [values[part].mean() for part in parts], [residuals[part].mean() for part in parts]
            axes.plot(*middle, color=COLOURS[1], marker="s", markersize=4, linewidth=1.8, zorder=4, label="mean")
            axes.legend(loc="best")
        largest = float(np.abs(residuals).max()) * 1.08 or 1.0
        axes.set_ylim(-largest, largest)
        axes.set_xlabel(f"predicted {name}")
        axes.set_ylabel(f"true - predicted {name}")
        axes.set_title(f"mean {residuals.mean():.3g}, deviation {residuals.std():.3g}")

    return _panels(actual, predicted, names, title, draw)


def _panels(
    actual: Array,
    predicted: Array,
    names: Sequence[str],
    title: str,
    draw: Callable[[Axes, Array, Array, str], None],
) -> Figure:
    if actual.shape != predicted.shape or actual.ndim != 2 or actual.shape[1] != len(names) or not len(actual):
        raise PlotError(
            f"expected at least one row of true and predicted values (rows, {len(names)}), "
            f"received {actual.shape} and {predicted.shape}"
        )
    count = min(len(names), _MOST_PANELS)
    columns = min(count, 3)
    rows = math.ceil(count / columns)
    title += f"\nthe first {count} of {len(names)} outputs" if count < len(names) else ""
    with styled():
        figure = new_figure(3.9 * columns + 0.5, 3.7 * rows + 0.5)
        for index in range(count):
            axes = figure.add_subplot(rows, columns, index + 1)
            is_finite = np.isfinite(actual[:, index]) & np.isfinite(predicted[:, index])
            if is_finite.any():
                draw(axes, actual[is_finite, index], predicted[is_finite, index], shortened(names[index]))
        figure.suptitle(title.strip(), size="medium")
    return figure


def _shown(count: int) -> Array:
    return np.unique(np.linspace(0, count - 1, min(count, _MOST_POINTS)).astype(np.intp))


def _dots(count: int) -> dict[str, Any]:
    """Make dots fainter where there are many, so that it is seen where most of them are."""
    return {"s": 18 if count < 500 else 9, "alpha": float(np.clip(30 / math.sqrt(count), 0.1, 0.7)), "linewidths": 0}
