"""`draw_mistakes`: misclassified samples, as images."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from minnet_core import Array

from .figures import INK, PlotError, shortened, styled
from .images import draw_images, square_images

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_WIDTH = 16
"""So many letters of a title are about as wide as an image."""


def draw_mistakes(
    features: Array,
    actual: Array,
    predicted: Array,
    classes: Sequence[Any],
    *,
    scores: Array | None = None,
    count: int = 25,
    total: int | None = None,
    title: str = "",
) -> Figure:
    """Draw misclassified samples, the most certain predictions first.

    Args:
        features: (rows, side * side), as the source has them.
        actual: (rows,), the index of the right class.
        predicted: (rows,), the index of the predicted class.
        classes: their names.
        scores: (rows,), the probability of the predicted class; None if the model gives none.
        count: how many to draw at most.
        total: how many samples were classified, if ``features`` are not those of all.
        title: what was measured; the number of mistakes is added.

    Raises:
        PlotError: if the images would not be square, or there is no mistake.
        MissingLibraryError: without matplotlib.
    """
    images = square_images(features, "features")
    wrong = np.flatnonzero(actual != predicted)
    total = len(actual) if total is None else total
    if not wrong.size:
        raise PlotError(f"expected misclassified samples to draw, received none: all {total:,} are right")
    if scores is not None:
        wrong = wrong[np.argsort(-scores[wrong], kind="stable")]
    shown = wrong[:count]
    titles = [_title(classes[actual[row]], classes[predicted[row]]) for row in shown]
    if scores is not None:
        titles = [f"{text}\n{scores[row]:.0%} certain" for text, row in zip(titles, shown, strict=True)]
    of = f" {len(shown)} of them," if len(shown) < len(wrong) else ""
    order = " the most certain first" if scores is not None else " in the order of the data"
    with styled():
        return draw_images(
            images[shown],
            titles,
            title=f"{title}\n{len(wrong):,} of {total:,} misclassified;{of}{order}".strip(),
            colour_map=INK,
        )


def _title(actual: Any, predicted: Any) -> str:
    """Say what was taken for what, in no more than the width of an image."""
    title = f"{actual} taken for {predicted}"
    return title if len(title) <= _WIDTH else f"{shortened(actual, _WIDTH)}\ntaken for\n{shortened(predicted, _WIDTH)}"
