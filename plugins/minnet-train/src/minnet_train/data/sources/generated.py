"""`Blobs`, `Spirals` and `TwoMoons`: classes of points that are drawn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from minnet_core import Array, Example

from ..dataset import Dataset
from .source import Source


class Blobs(Source):
    """Gaussian clouds, each a class.

    Args:
        n: how many points.
        classes: how many clouds.
        features: how many coordinates.
        spread: the deviation within a cloud.
        centers: where the clouds are, a list of coordinates for each; if not given they are drawn evenly from -5 to 5.
        rng: the seed.
        shares: what part of the points each cloud has, numbers above 0 of which the sum is 1; if not given, as many
            are in each cloud as can be.

    >>> data = Blobs(n=6, centers=[[0, 0], [9, 9]]).load()
    >>> data.features.shape, data.classes
    ((6, 2), (0, 1))
    >>> Blobs(n=8, shares=[0.75, 0.25]).load().targets.tolist()
    [0, 0, 0, 0, 0, 0, 1, 1]
    """

    EXAMPLES = (
        Example(arguments={"n": 60, "classes": 3}, rejected_arguments=[{"classes": 1}]),
        Example(arguments={"n": 61, "centers": [[0, 0], [9, 9]]}),
        Example(arguments={"n": 60, "shares": [0.9, 0.1]}, rejected_arguments=[{"shares": [0.5, 0.6]}]),
    )

    def __init__(
        self,
        n: int = 1000,
        classes: int = 2,
        features: int = 2,
        spread: float = 1.0,
        centers: Sequence[Sequence[float]] | None = None,
        rng: int = 0,
        shares: Sequence[float] | None = None,
    ) -> None:
        self.centers = None if centers is None else _points(centers)
        self.classes = positive(classes if self.centers is None else len(self.centers), "classes", 2)
        self.features = positive(features, "features")
        self.n = positive(n, "n", 2 * self.classes)
        self.sizes = sizes(n, self.classes) if shares is None else _sizes_of(shares, n, self.classes)
        self.spread = spread
        self.rng = rng

    def load(self) -> Dataset:
        """Draw the points."""
        rng = np.random.default_rng(self.rng)
        centers = rng.uniform(-5, 5, (self.classes, self.features)) if self.centers is None else self.centers
        clouds = [np.tile(center, (size, 1)) for center, size in zip(centers, self.sizes, strict=True)]
        return noisy("blobs", clouds, self.spread, rng)


def _points(centers: Sequence[Sequence[float]]) -> Array:
    points = [[float(value) for value in center] for center in centers]
    if len({len(point) for point in points}) != 1 or not points[0]:
        raise ValueError(f"expected centers of one number of coordinates, received {list(centers)!r}")
    return np.array(points)


def _sizes_of(shares: Sequence[float], n: int, classes: int) -> list[int]:
    ends = np.rint(n * np.cumsum(shares))
    counts: list[int] = np.diff(ends, prepend=0.0).astype(int).tolist()
    if len(counts) != classes or min(counts) < 1 or not np.isclose(sum(shares), 1):
        raise ValueError(
            f"expected shares of {classes} classes whose sum is 1, with a point of {n} at least for each, "
            f"received {list(shares)!r}"
        )
    return counts


class Spirals(Source):
    """Arms of a spiral, each a class, that wind around each other from the centre out to radius 1.

    Args:
        n: how many points, as many on each arm as can be.
        classes: how many arms.
        turns: how often each winds around the centre.
        noise: the deviation of a normal error in both coordinates.
        rng: the seed.

    >>> Spirals(n=9, classes=3).load().targets.tolist()
    [0, 0, 0, 1, 1, 1, 2, 2, 2]
    """

    EXAMPLES = (Example(arguments={"n": 61, "classes": 3}, rejected_arguments=[{"n": 1}]),)

    def __init__(self, n: int = 1000, classes: int = 2, turns: float = 1.0, noise: float = 0.02, rng: int = 0) -> None:
        self.classes = positive(classes, "classes", 2)
        self.n = positive(n, "n", 2 * classes)
        self.turns = turns
        self.noise = noise
        self.rng = rng

    def load(self) -> Dataset:
        """Draw the points."""
        rng = np.random.default_rng(self.rng)
        arms = []
        for index, size in enumerate(sizes(self.n, self.classes)):
            radius = np.sqrt(rng.random(size))  # so that the outer part, which is longer, has more points
            angle = 2 * np.pi * (self.turns * radius + index / self.classes)
            arms.append(np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1))
        return noisy("spirals", arms, self.noise, rng)


class TwoMoons(Source):
    """Two half circles of radius 1 that reach into each other: no straight line parts them.

    Args:
        n: how many points, half of them on each.
        noise: the deviation of a normal error in both coordinates.
        rng: the seed.

    >>> data = TwoMoons(n=5).load()
    >>> data.features.shape, data.classes
    ((5, 2), (0, 1))
    """

    EXAMPLES = (Example(arguments={"n": 61, "noise": 0.3}, rejected_arguments=[{"n": 1}]),)

    def __init__(self, n: int = 1000, noise: float = 0.1, rng: int = 0) -> None:
        self.n = positive(n, "n", 4)
        self.noise = noise
        self.rng = rng

    def load(self) -> Dataset:
        """Draw the points."""
        rng = np.random.default_rng(self.rng)
        upper, lower = (np.pi * rng.random(size) for size in sizes(self.n, 2))
        first = np.stack([np.cos(upper), np.sin(upper)], axis=1)
        second = np.stack([1 - np.cos(lower), 0.5 - np.sin(lower)], axis=1)
        return noisy("two moons", [first, second], self.noise, rng)


def positive(value: int, name: str, least: int = 1) -> int:
    """Check a count."""
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise ValueError(f"expected {name}, an integer of at least {least}, received {value!r}")
    return value


def sizes(n: int, classes: int) -> list[int]:
    """Divide ``n`` points among classes, as evenly as can be.

    >>> sizes(7, 3)
    [3, 2, 2]
    """
    return [n // classes + (index < n % classes) for index in range(classes)]


def noisy(name: str, clouds: Sequence[Array], noise: float, rng: np.random.Generator) -> Dataset:
    """Make a data set of points (n, coordinates) of each class, with a normal error in every coordinate."""
    if not noise >= 0:
        raise ValueError(f"expected noise of at least 0, received {noise!r}")
    points = np.concatenate(clouds)
    points = points + noise * rng.standard_normal(points.shape)
    labels = np.repeat(np.arange(len(clouds)), [len(cloud) for cloud in clouds])
    names = tuple(f"x{index}" for index in range(points.shape[1]))
    return Dataset(name, points.astype(np.float32), labels, tuple(range(len(clouds))), names)
