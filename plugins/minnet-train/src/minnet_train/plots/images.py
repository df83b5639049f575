"""Images side by side: rows of features, misclassified samples, and the weights of a model's first layer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from minnet_core import Array, Module

from ..data import Pixels
from .figures import DIVERGING, INK, PlotError, new_figure, shortened, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_WIDTH = 16
"""So many letters of a title are about as wide as an image."""

_MOST_NAMED = 40
"""Names of so many inputs can be read."""


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


def visible_images(features: Array, what: str = "features", image: Pixels | None = None) -> Array:
    """Return rows of features as images that matplotlib can draw.

    Args:
        features: (rows, columns), as the source has them.
        what: they are called in messages.
        image: how an image lies in a row; None for square ones of one channel.

    Returns:
        (n, height, width), or of three or four channels (n, height, width, channels), from 0 to 1. Of another number of
        channels it is their mean.

    Raises:
        PlotError: if nobody said what the images are, and they would not be square.
    """
    if image is None:
        return square_images(features, what)
    pictures = image.pictures(features)
    if image.channels not in (3, 4):
        return pictures[..., 0] if image.channels == 1 else pictures.mean(axis=-1)
    if pictures.dtype == np.uint8:
        return pictures
    low, high = float(pictures.min()), float(pictures.max())
    scaled: Array = (pictures - low) / ((high - low) or 1.0)
    return scaled


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
        images: (n, height, width), or (n, height, width, 3) in colour.
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
    image: Pixels | None = None,
) -> Figure:
    """Draw misclassified samples, the most certain predictions first.

    Args:
        features: (rows, columns), as the source has them.
        actual: (rows,), the index of the right class.
        predicted: (rows,), the index of the predicted class.
        classes: their names.
        scores: (rows,), the probability of the predicted class; None if the model gives none.
        count: how many to draw at most.
        total: how many samples were classified, if ``features`` are not those of all.
        title: what was measured; the number of mistakes is added.
        image: how an image lies in a row of features; None for square ones of one channel.

    Raises:
        PlotError: if the images would not be square, or there is no mistake.
        MissingLibraryError: without matplotlib.
    """
    images = visible_images(features, "features", image)
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


def first_weights(model: Module) -> tuple[str, Array]:
    """Find the first parameter of a model that is a matrix (units, inputs) or kernels (units, channels, ...).

    Returns:
        Its name, and the parameter.

    Raises:
        PlotError: if no layer has such a parameter.
    """
    parameters = model.namedParameters()
    for name, parameter in parameters.items():
        if parameter.ndim in (2, 4):
            return name, parameter
    shapes = {name: parameter.shape for name, parameter in parameters.items()}
    raise PlotError(f"expected a layer with a matrix of weights (units, inputs), received a model with {shapes}")


def first_kernels(model: Module) -> tuple[str, Array]:
    """Find the first parameter of a model that is kernels (units, channels, height, width).

    Returns:
        Its name, and the parameter.

    Raises:
        PlotError: if no layer has such a parameter.
    """
    parameters = model.namedParameters()
    for name, parameter in parameters.items():
        if parameter.ndim == 4:
            return name, parameter
    shapes = {name: parameter.shape for name, parameter in parameters.items()}
    raise PlotError(f"expected a layer with kernels (units, channels, height, width), received a model with {shapes}")


def draw_weights(weights: Array, *, columns: tuple[str, ...] | None = None, count: int = 64, title: str = "") -> Figure:
    """Draw weights on a colour map that is white at 0: an image for each unit, or one of the whole matrix.

    Args:
        weights: (units, inputs), drawn as an image for each unit if the number of inputs is a square; or kernels
            (units, channels, height, width), drawn as an image each.
        columns: the names of the inputs.
        count: how many images to draw at most.
        title: names the layer.

    Raises:
        PlotError: if they have another shape.
        MissingLibraryError: without matplotlib.
    """
    if weights.ndim not in (2, 4) or not weights.size:
        expected = "(units, inputs) or (units, channels, height, width)"
        raise PlotError(f"expected weights {expected}, received {weights.shape}")
    if weights.ndim == 2 and not is_square(weights.shape[1]):
        return _draw_matrix(weights, columns, title)
    images = square_images(weights, "inputs") if weights.ndim == 2 else weights.reshape(-1, *weights.shape[2:])
    shown = images[:count]
    if len(shown) < len(images):
        title = f"{title}: the first {len(shown)} of {len(images):,}"
    with styled():
        return draw_images(
            shown, [""] * len(shown), title=title, colour_map=DIVERGING, limits=_limits(shown), scale="weight"
        )


def _draw_matrix(weights: Array, columns: tuple[str, ...] | None, title: str) -> Figure:
    units, inputs = weights.shape
    with styled():
        figure = new_figure(min(max(0.35 * inputs + 2.5, 4.5), 12.0), min(max(0.25 * units + 1.8, 3.0), 10.0))
        axes = figure.add_subplot()
        low, high = _limits(weights)
        image = axes.imshow(weights, cmap=DIVERGING, vmin=low, vmax=high, aspect="auto")
        axes.grid(visible=False)
        axes.set_xlabel("input")
        axes.set_ylabel("unit")
        axes.locator_params(integer=True)
        if columns is not None and len(columns) == inputs <= _MOST_NAMED:
            axes.set_xticks(range(inputs), [*map(shortened, columns)], rotation=45, ha="right")
        figure.colorbar(image, ax=axes, label="weight")
        axes.set_title(title)
    return figure


def _limits(weights: Array) -> tuple[float, float]:
    largest = float(np.abs(weights).max()) or 1.0
    return -largest, largest
