"""`draw_confusion`: the confusion matrix of a classifier."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from minnet_core import Array

from .figures import SEQUENTIAL, PlotError, new_figure, shortened, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MOST_NUMBERED = 25
"""Cells of so many classes have room for a number."""

_MOST_NAMED = 60
"""Names of so many classes can be read."""


def draw_confusion(counts: Array, classes: Sequence[Any], *, title: str = "") -> Figure:
    """Draw a confusion matrix: counts, on a colour that shows the fraction of the row.

    The colour grows with the root of that fraction, so that rare confusions can be seen.

    Args:
        counts: (classes, classes), of the samples by class, row, and predicted class, column.
        classes: their names.
        title: what was measured; the accuracy is added.

    Raises:
        PlotError: if there is no sample, or the names do not fit the rows and columns.
        MissingLibraryError: without matplotlib.
    """
    if counts.shape != (len(classes), len(classes)):
        raise PlotError(f"expected counts ({len(classes)}, {len(classes)}) of the classes, received {counts.shape}")
    total, right = int(counts.sum()), int(np.trace(counts))
    if not total:
        raise PlotError("expected at least one sample to count, received none")
    side = min(max(0.45 * len(classes), 3.0), 11.0)
    with styled():
        from matplotlib.colors import PowerNorm

        longer = max(0, *(len(shortened(name)) - 8 for name in classes)) if len(classes) <= _MOST_NAMED else 0
        figure = new_figure(side + 2.2 + 0.08 * longer, side + 1.2 + 0.06 * longer)
        axes = figure.add_subplot()
        parts = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        image = axes.imshow(100 * parts, cmap=SEQUENTIAL, norm=PowerNorm(0.5, 0, 100))
        axes.grid(visible=False)
        _name_classes(axes, classes)
        if len(classes) <= _MOST_NUMBERED:
            for (row, column), count in np.ndenumerate(counts):
                if count:
                    colour = "white" if parts[row, column] > 0.4 else "black"
                    axes.text(column, row, f"{count:,}", ha="center", va="center", color=colour, size="small")
        figure.colorbar(image, ax=axes, label="part of the class (%)", shrink=0.8)
        axes.set_title(f"{title}\n{right:,} of {total:,} right, {right / total:.2%}".strip())
    return figure


def _name_classes(axes: Axes, classes: Sequence[Any]) -> None:
    axes.set_xlabel("predicted class")
    axes.set_ylabel("actual class")
    if len(classes) <= _MOST_NAMED:
        names = [shortened(name) for name in classes]
        is_long = max(map(len, names)) > 3
        axes.set_xticks(range(len(names)), names, rotation=45 if is_long else 0, ha="right" if is_long else "center")
        axes.set_yticks(range(len(names)), names)
    axes.tick_params(length=0)
