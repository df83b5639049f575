"""What a model makes of single images: `draw_maps` of its layers, and `draw_saliency`, what its answer hangs on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from minnet_core import Array

from .figures import INK, SEQUENTIAL, PlotError, new_figure, shortened, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw_maps(image: Array, maps: Sequence[tuple[str, Array]], *, count: int = 8, title: str = "") -> Figure:
    """Draw an image, and what layers make of it, a row for each layer and an image for each channel.

    Args:
        image: as `visible_images` has it, (height, width) or (height, width, 3).
        maps: the name and the output of each layer, (channels, height, width).
        count: how many channels of a layer to draw at most, the first.
        title: which sample it is.

    Raises:
        PlotError: if no layer has such an output.
        MissingLibraryError: without matplotlib.
    """
    if not maps:
        raise PlotError("expected a layer whose output is images (batch, channels, height, width), received none")
    columns = max(min(count, len(channels)) for _, channels in maps)
    with styled():
        figure = new_figure(max(1.1 * columns + 1.0, 4.5), 1.25 * (len(maps) + 1) + 0.6)
        grid: Array = np.array(figure.subplots(len(maps) + 1, columns, squeeze=False), object)
        for axes in grid.flat:
            axes.set_axis_off()
        grid[0, 0].imshow(image, cmap=INK)
        grid[0, 0].set_title("input", size="small", loc="left")
        for row, (name, channels) in zip(grid[1:], maps, strict=True):
            shown = channels[:count]
            left = f", {len(shown)} of {len(channels)} channels" if len(shown) < len(channels) else ""
            row[0].set_title(f"{shortened(name)}{left}", size="small", loc="left")
            low, high = float(shown.min()), float(shown.max())
            for axes, channel in zip(row, shown, strict=False):
                axes.imshow(channel, cmap=INK, vmin=low, vmax=high)
        figure.suptitle(title, size="medium")
    return figure


def draw_saliency(images: Array, saliency: Array, titles: Sequence[str], *, title: str = "") -> Figure:
    """Draw images, and below each by how much the score of the predicted class changes with each of its pixels.

    Args:
        images: as `visible_images` has them, (n, height, width) or (n, height, width, 3).
        saliency: (n, height, width), not below 0; each on a scale of its own.
        titles: one above each image.
        title: of the figure.

    Raises:
        MissingLibraryError: without matplotlib.
    """
    with styled():
        figure = new_figure(max(1.1 * len(images) + 1.0, 4.5), 3.4)
        grid: Any = np.array(figure.subplots(2, len(images), squeeze=False), object)
        for (above, below), image, values, text in zip(grid.T, images, saliency, titles, strict=True):
            above.imshow(image, cmap=INK)
            above.set_title(text, size="small")
            below.imshow(values, cmap=SEQUENTIAL, vmin=0, vmax=float(values.max()) or 1.0)
            above.set_axis_off()
            below.set_axis_off()
        figure.suptitle(title, size="medium")
    return figure
