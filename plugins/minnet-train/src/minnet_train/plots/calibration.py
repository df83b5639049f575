"""`draw_calibration`: how often a classifier is right when it is so certain; a reliability diagram."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from minnet_core import Array

from ..metrics import bins_of
from .figures import COLOURS, PlotError, new_figure, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw_calibration(actual: Array, probabilities: Array, *, n_bins: int = 10, title: str = "") -> Figure:
    """Draw the accuracy by the probability of the predicted class, and below it how many samples are so certain.

    Bins are as those of `CalibrationError`: equally wide. A bin below the diagonal is too certain.

    Args:
        actual: (rows,), the index of the true class.
        probabilities: (rows, classes).
        n_bins: how many there are.
        title: what was measured; the expected calibration error is added.

    Raises:
        PlotError: if there is no sample.
        MissingLibraryError: without matplotlib.
    """
    if not len(actual):
        raise PlotError("expected at least one sample to count, received none")
    rows, right, confidence = bins_of(probabilities, actual, n_bins)
    edges, there = np.linspace(0, 1, n_bins + 1), rows > 0
    accuracy, certain = right[there] / rows[there], confidence[there] / rows[there]
    error = float(np.abs(right - confidence).sum() / rows.sum())
    deviation = np.sqrt(np.maximum(accuracy * (1 - accuracy), 0.25 / rows[there]) / rows[there])
    with styled():
        figure = new_figure(5.4, 5.8)
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
        upper.plot([0, 1], [0, 1], color="gray", linewidth=1, linestyle="--", label="as certain as right")
        upper.vlines(certain, accuracy, certain, color=COLOURS[1], linewidth=4, alpha=0.35, label="difference")
        low, high = np.minimum(deviation, accuracy), np.minimum(deviation, 1 - accuracy)
        upper.errorbar(
            certain,
            accuracy,
            yerr=(low, high),
            color=COLOURS[0],
            marker="o",
            markersize=5,
            linewidth=1.8,
            elinewidth=1,
            label="model, ± standard error",
        )
        upper.set_ylabel("fraction that is right")
        upper.set_ylim(-0.02, 1.02)
        figure.legend(handles=upper.get_legend_handles_labels()[0], loc="outside lower center", ncols=3)
        upper.set_title(f"{title}\nexpected calibration error {error:.2%}".strip())
        lower.bar(edges[:-1], rows, width=np.diff(edges) * 0.96, align="edge", color=COLOURS[0])
        lower.set_ylabel("samples")
        lower.set_xlabel("probability of the predicted class")
        lower.set_xlim(0, 1)
    return figure
