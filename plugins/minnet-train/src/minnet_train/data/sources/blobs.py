"""`Blobs`: normal clouds of points."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..dataset import Dataset
from .drawing import noisy, positive, sizes
from .source import Source


class Blobs(Source):
    """Gaussian clouds, each a class.

    Args:
        n: how many points, as many in each cloud as can be.
        classes: how many clouds.
        features: how many coordinates.
        spread: the deviation within a cloud.
        centers: where the clouds are, a list of coordinates for each; if not given they are drawn evenly from -5 to 5.
        rng: the seed.

    >>> data = Blobs(n=6, centers=[[0, 0], [9, 9]]).load()
    >>> data.features.shape, data.classes
    ((6, 2), (0, 1))
    """

    def __init__(
        self,
        n: int = 1000,
        classes: int = 2,
        features: int = 2,
        spread: float = 1.0,
        centers: Sequence[Sequence[float]] | None = None,
        rng: int = 0,
    ) -> None:
        self.centers = None if centers is None else _points(centers)
        self.classes = positive(classes if self.centers is None else len(self.centers), "classes", 2)
        self.features = positive(features, "features")
        self.n = positive(n, "n", 2 * self.classes)
        self.spread = spread
        self.rng = rng

    def load(self) -> Dataset:
        """Draw the points."""
        rng = np.random.default_rng(self.rng)
        centers = rng.uniform(-5, 5, (self.classes, self.features)) if self.centers is None else self.centers
        clouds = [np.tile(center, (size, 1)) for center, size in zip(centers, sizes(self.n, self.classes), strict=True)]
        return noisy("blobs", clouds, self.spread, rng)


def _points(centers: Sequence[Sequence[float]]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Check centers.

    Raises:
        ValueError: if they have not one number of coordinates.
    """
    points = [[float(value) for value in center] for center in centers]
    if len({len(point) for point in points}) != 1 or not points[0]:
        raise ValueError(f"expected centers of one number of coordinates, received {list(centers)!r}")
    return np.array(points)
