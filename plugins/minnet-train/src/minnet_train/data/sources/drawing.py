"""What the generated data sets share."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from minnet_core import Array

from ..dataset import Dataset


def positive(value: int, name: str, least: int = 1) -> int:
    """Check a count.

    Raises:
        ValueError: if it is no integer, or too small.
    """
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
    """Make a data set of points, those of each class together, with a normal error in every coordinate.

    Args:
        name: of the data set.
        clouds: for each class, its points (n, coordinates).
        noise: the deviation of the error.
        rng: draws it.

    Raises:
        ValueError: if the noise is negative.
    """
    if not noise >= 0:
        raise ValueError(f"expected noise of at least 0, received {noise!r}")
    points = np.concatenate(clouds)
    points = points + noise * rng.standard_normal(points.shape)
    labels = np.repeat(np.arange(len(clouds)), [len(cloud) for cloud in clouds])
    names = tuple(f"x{index}" for index in range(points.shape[1]))
    return Dataset(name, points.astype(np.float32), labels, tuple(range(len(clouds))), names)
