"""Rows of features as square images, side by side."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from minnet_core import Array

from .figures import PlotError, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def square_images(rows: Array, what: str) -> Array:
    """Return rows (n, side * side) as images (n, side, side).

    Raises:
        PlotError: if the number of columns is no square.

    >>> import numpy as np
    >>> square_images(np.zeros((3, 64)), "features").shape
    (3, 8, 8)
    """
    if not is_square(rows.shape[1]):
        near = math.isqrt(rows.shape[1])
        raise PlotError(
            f"expected a square number of {what}, such as {near**2} or {(near + 1) ** 2}, to draw them as images, "
            f"received {rows.shape[1]}"
        )
    side = math.isqrt(rows.shape[1])
    return rows.reshape(-1, side, side)


def is_square(number: int) -> bool:
    """Whether so many numbers fill a square image; one alone does not."""
    return number > 1 and math.isqrt(number) ** 2 == number


def draw_images(
    images: Array,
    titles: Sequence[str],
    *,
    title: str,
    colour_map: str,
    limits: tuple[float, float] | None = None,
    scale: str = "",
    columns: int | None = None,
) -> Figure:
    """Draw images in a grid that is about square.

    Args:
        images: (n, height, width).
        titles: one above each image.
        title: of the figure.
        colour_map: a name of matplotlib's.
        limits: the numbers at both ends of the colour map; those of each image if not given.
        scale: the label of the colour bar, which is drawn if ``limits`` are given.
        columns: how many images are side by side.
    """
    columns = columns or min(math.ceil(math.sqrt(len(images))), 10)
    rows = math.ceil(len(images) / columns)
    lines = max(len(title.splitlines()) for title in titles)
    figure = new_figure(max(1.1 * columns + 1.0, 4.5), (1.1 + 0.125 * lines) * rows + 0.7)
    low, high = limits or (None, None)
    grid: Array = np.array(figure.subplots(rows, columns, squeeze=False), object)
    drawn: Any = None
    for axes, image, text in zip(grid.flat, images, titles, strict=False):
        drawn = axes.imshow(image, cmap=colour_map, vmin=low, vmax=high)
        axes.set_title(text, size="small")
    for axes in grid.flat:
        axes.set_axis_off()
    if limits is not None:
        figure.colorbar(drawn, ax=list(grid.flat), label=scale, shrink=0.8)
    figure.suptitle(title, size="medium")
    return figure
