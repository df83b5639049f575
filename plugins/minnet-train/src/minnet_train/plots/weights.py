"""`draw_weights`: the weights of a model's first layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from minnet_core import Array, Module

from .figures import DIVERGING, PlotError, new_figure, shortened, styled
from .images import draw_images, is_square, square_images

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MOST_NAMED = 40
"""Names of so many inputs can be read."""


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


def draw_weights(
    weights: Array,
    *,
    columns: tuple[str, ...] | None = None,
    count: int = 64,
    title: str = "",
) -> Figure:
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
