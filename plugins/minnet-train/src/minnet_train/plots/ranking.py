"""How well a classifier ranks: `draw_roc` and `draw_precision_recall`, a curve for each class against the rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from minnet_core import Array

from ..metrics import positives_by_threshold
from .figures import PlotError, curve_look, new_figure, shortened, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MOST_CURVES = 12


def draw_roc(actual: Array, probabilities: Array, classes: Sequence[Any], *, title: str = "") -> Figure:
    """Draw the receiver operating characteristic: how many of a class are found for how many false alarms.

    Of two classes it is that of the second; of more, of each against the rest. The dashed diagonal is chance.

    Args:
        actual: (rows,), the index of the true class.
        probabilities: (rows, classes).
        classes: their names.
        title: what was measured.

    Raises:
        PlotError: if no class has both samples and others beside it.
        MissingLibraryError: without matplotlib.
    """
    with styled():
        figure, axes = _figure(title, "false positive rate", "true positive rate (recall)")
        axes.plot([0, 1], [0, 1], color="gray", linewidth=1, linestyle="--", label="chance")
        for number, (name, right, wrong) in enumerate(_curves(actual, probabilities, classes)):
            hits, alarms = np.append(0, right / right[-1]), np.append(0, wrong / wrong[-1])
            area = float(np.sum(np.diff(alarms) * (hits[1:] + hits[:-1])) / 2)
            axes.plot(alarms, hits, label=f"{name}: area {area:.3f}", **curve_look(number))
        axes.legend(loc="upper left", bbox_to_anchor=(1.02, 1))
    return figure


def draw_precision_recall(actual: Array, probabilities: Array, classes: Sequence[Any], *, title: str = "") -> Figure:
    """Draw precision by recall, in steps: how often a prediction of the class is right if so many of it are found.

    Of two classes it is that of the second; of more, of each against the rest. The area under the steps is the average
    precision. Chance is the fraction of the samples that are of the class, a dotted line of its colour.

    Args:
        actual: (rows,), the index of the true class.
        probabilities: (rows, classes).
        classes: their names.
        title: what was measured.

    Raises:
        PlotError: if no class has both samples and others beside it.
        MissingLibraryError: without matplotlib.
    """
    with styled():
        figure, axes = _figure(title, "recall", "precision")
        for number, (name, right, wrong) in enumerate(_curves(actual, probabilities, classes)):
            recall, precision = right / right[-1], right / (right + wrong)
            area = float(np.sum(np.diff(recall, prepend=0) * precision))
            look = curve_look(number)
            axes.step(
                np.append(0, recall), np.append(precision[0], precision), label=f"{name}: area {area:.3f}", **look
            )
            axes.axhline(right[-1] / len(actual), color=look["color"], linewidth=0.8, linestyle=":", alpha=0.7)
        axes.plot([], [], color="gray", linewidth=0.8, linestyle=":", label="chance")
        axes.legend(loc="upper left", bbox_to_anchor=(1.02, 1))
    return figure


def _curves(actual: Array, probabilities: Array, classes: Sequence[Any]) -> Iterator[tuple[str, Array, Array]]:
    if probabilities.shape != (len(actual), len(classes)):
        raise PlotError(f"expected probabilities ({len(actual)}, {len(classes)}), received {probabilities.shape}")
    support = np.bincount(actual, minlength=len(classes))
    drawn = [index for index in range(len(classes)) if 0 < support[index] < len(actual)]
    if not drawn:
        raise PlotError("expected samples of at least two classes, received those of one")
    drawn = [1] if len(classes) == 2 else sorted(drawn, key=lambda index: -support[index])[:_MOST_CURVES]
    for index in sorted(drawn):
        right, wrong, _ = positives_by_threshold(actual == index, probabilities[:, index])
        yield shortened(classes[index], 20), right, wrong


def _figure(title: str, across: str, up: str) -> tuple[Figure, Axes]:
    figure = new_figure(6.6, 4.6)
    axes = figure.add_subplot()
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    axes.set_xlim(-0.01, 1.01)
    axes.set_ylim(-0.01, 1.02)
    axes.set_aspect("equal")
    axes.set_title(title)
    return figure, axes
