"""Pictures that a few experiments have of their own, drawn from the run of seed 0."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from attrs import frozen

from minnet_core import Array, Graph
from minnet_train import Run, load_digits
from minnet_train.plots import INK, draw_images, square_images, styled
from minnet_train.plots.figures import COLOURS, SEQUENTIAL, new_figure

from .rents import levels

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@frozen
class Drawing:
    """A picture of an experiment.

    Attributes:
        name: of the experiment.
        key: names the picture.
        text: what is to be seen.
        draw: makes it of a run, whose model is in evaluation mode.
    """

    name: str
    key: str
    text: str
    draw: Callable[[Run], Figure]

    @property
    def file(self) -> str:
        """Its file."""
        return f"{self.name}-{self.key}.png"


def draw_reconstructions(run: Run, count: int = 10) -> Figure:
    """Draw held-out samples, and under each what an autoencoder makes of it."""
    inputs, _ = run.test.batch(np.arange(count))
    images = square_images(np.concatenate([inputs, run.model.forward(inputs)]), "features")
    with styled():
        return draw_images(
            images,
            ["input"] * count + ["output"] * count,
            title="held-out digits, and what comes back of them through eight numbers",
            colour_map=INK,
            limits=(0, 1),
            scale="pixel",
            columns=count,
        )


def draw_bands(run: Run) -> Figure:
    """Draw held-out points, and the quantiles that a network says for their places."""
    inputs, targets = run.test.batch(np.arange(len(run.test)))
    places = np.linspace(-1, 1, 201, dtype=np.float32)[:, None]
    low, median, high = run.model.forward(places).T
    with styled():
        figure, axes = _panel()
        axes.plot(inputs[:, 0], targets[:, 0], ".", color=COLOURS[6], alpha=0.4, markersize=4, label="held-out points")
        axes.fill_between(places[:, 0], low, high, color=COLOURS[0], alpha=0.25, linewidth=0, label="10 % to 90 %")
        axes.plot(places[:, 0], median, color=COLOURS[0], label="median")
        axes.set_xlabel("place")
        axes.set_ylabel("height")
        axes.legend(loc="upper left")
    return figure


def draw_boundary(run: Run) -> Figure:
    """Draw held-out points of a rare class among the others, and where the score is above 0."""
    inputs, targets = run.test.batch(np.arange(len(run.test)))
    is_rare = targets[:, 0] > 0
    x, y = np.meshgrid(np.linspace(-3.5, 5, 120), np.linspace(-3.5, 5, 120))
    grid = np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float32)
    scores = run.model.forward(grid).reshape(x.shape)
    with styled():
        figure, axes = _panel(4.8)
        axes.contourf(x, y, scores, [0, scores.max()], colors=[COLOURS[1]], alpha=0.2)
        axes.plot(*inputs[~is_rare].T, ".", color=COLOURS[0], alpha=0.4, markersize=4, label="common")
        axes.plot(*inputs[is_rare].T, "^", color=COLOURS[1], markersize=5, label="rare")
        axes.set_title(f"{run.experiment.criterion['class']}: shaded is what is taken for rare")
        axes.legend(loc="upper left")
    return figure


def draw_labels(run: Run, count: int = 10) -> Figure:
    """Draw held-out images of digits over each other, with the digits that a network sees in them."""
    inputs, targets = run.test.batch(np.arange(count))
    seen, there = run.model.forward(inputs) > 0, targets > 0.5
    captions = [f"{_digits(is_seen)} of {_digits(is_there)}" for is_seen, is_there in zip(seen, there, strict=True)]
    with styled():
        return draw_images(
            square_images(inputs, "features"),
            captions,
            title="held-out images: the digits that are seen, of those that are there",
            colour_map=INK,
            limits=(0, 1),
            scale="pixel",
            columns=count // 2,
        )


def draw_plane(run: Run) -> Figure:
    """Draw digits of no pair that was trained on where the branch of a siamese network puts them."""
    pairs, _ = run.test.batch(np.arange(len(run.test)))
    pixels, digits = np.unique(pairs.reshape(-1, 64), axis=0), load_digits()
    class_of = {(image / 16).tobytes(): label for image, label in zip(digits.features, digits.targets, strict=True)}
    labels = np.array([class_of[image.tobytes()] for image in pixels])
    assert isinstance(run.model, Graph)
    places = run.model["branch"].forward((pixels,))[0]
    with styled():
        figure, axes = _panel(5.2)
        axes.plot(*places.T, linestyle="")  # for the limits: texts have none
        for place, label in zip(places.tolist(), labels.tolist(), strict=True):
            axes.text(*place, str(label), color=COLOURS[label % len(COLOURS)], size=8, ha="center", va="center")
        axes.set_aspect("equal")
        axes.set_title(f"{len(pixels)} digits of no pair that was trained on")
    return figure


def draw_towns(run: Run) -> Figure:
    """Draw the vector that a network has learned for each town, as dark as its rents are high."""
    columns = run.preparation.columns
    assert isinstance(run.model, Graph)
    assert columns.names is not None
    towns = columns.categories[columns.names.index("town")]
    places = run.model["place"].namedParameters()["W"][1:]  # the first is that of any other town
    level_of = levels()
    with styled():
        figure, axes = _panel(4.8)
        points = axes.scatter(*places.T, c=[level_of[town] for town in towns], cmap=SEQUENTIAL, edgecolors="black")
        for place, town in zip(places.tolist(), towns, strict=True):
            axes.annotate(town, place, (4, 4), textcoords="offset points", size=7)
        figure.colorbar(points, label="rent of a new square metre")
        axes.set_title("the vectors of the towns")
    return figure


def _panel(height: float = 4.0) -> tuple[Figure, Axes]:
    figure = new_figure(6.4, height)
    return figure, figure.add_subplot()


def _digits(is_there: Array) -> str:
    return " ".join(map(str, np.flatnonzero(is_there))) or "none"


DRAWINGS = (
    Drawing("autoencoder", "reconstructions", "Held-out digits and their reconstructions", draw_reconstructions),
    Drawing("quantiles", "bands", "Held-out points, and the band of the quantiles", draw_bands),
    Drawing("rare-bce", "boundary", "What binary cross-entropy takes for rare", draw_boundary),
    Drawing("rare-focal", "boundary", "What focal loss takes for rare", draw_boundary),
    Drawing("overlaid-digits", "labels", "Images of digits over each other, and the digits seen in them", draw_labels),
    Drawing("siamese", "plane", "Digits where the branch puts them", draw_plane),
    Drawing("rents-embedding", "towns", "The vectors of towns, coloured by their rents", draw_towns),
)
