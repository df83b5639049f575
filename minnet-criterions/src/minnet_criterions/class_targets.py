"""Targets of scores that may have places beside classes, and may ignore some: ``(batch, classes, ...)``."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from minnet_core import Array, ShapeError, expect_shape
from minnet_core.nn import describe

from .batch import batch_size
from .targets import Chosen


def class_rows(scores: Array, dtype: npt.DTypeLike) -> Array:
    """Return scores ``(batch, classes, ...)`` as a row for each place, ``(places, classes)``, contiguous.

    >>> class_rows(np.arange(6).reshape(1, 2, 3), np.float32).tolist()
    [[0.0, 3.0], [1.0, 4.0], [2.0, 5.0]]
    """
    rows = np.moveaxis(scores, 1, -1) if scores.ndim > 2 else scores
    return np.ascontiguousarray(rows, dtype).reshape(-1, scores.shape[1])


def kept_classes(owner: object, input: Array, target: Array, ignore_index: int) -> Chosen | None:
    """Read a target as the places that count, and their classes; None if it is probabilities.

    Args:
        owner: the criterion, named in messages.
        input: ``(batch, classes, ...)``.
        target: probabilities of that shape, of any real dtype, or class indices ``(batch, ...)`` of an integer dtype.
        ignore_index: the class index of places that do not count.

    Raises:
        ShapeError: if there are no samples, or the two shapes do not fit.
        TypeError: if class indices are not of an integer dtype.
        ValueError: if a class index is out of range.

    >>> kept_classes("CrossEntropyCriterion", np.zeros((3, 2)), np.array([1, -100, 0]), -100)
    (array([0, 2]), array([1, 0]))
    """
    samples = batch_size(owner, input)
    if input.ndim < 2:
        expect_shape(owner, input, ("batch", "classes"))
    shape, classes = getattr(target, "shape", None), input.shape[1]
    if shape == input.shape:
        return None
    if shape != (samples, *input.shape[2:]):
        raise ShapeError(
            f"{owner}: expected target {input.shape} of probabilities or {(samples, *input.shape[2:])} of class "
            f"indices, received {describe(target)}"
        )
    if target.dtype.kind not in "iu":
        raise TypeError(f"{owner}: expected class indices of an integer dtype, received {describe(target)}")
    flat = target.reshape(-1)
    if not 0 <= ignore_index < classes and flat.astype(np.uint64).max() < classes:  # where -1 is the largest of all
        return np.arange(flat.size), flat.astype(np.intp)
    kept = flat != ignore_index
    wrong = np.flatnonzero(kept & ((flat < 0) | (flat >= classes)))
    if wrong.size:
        place = tuple(map(int, np.unravel_index(wrong[0], target.shape)))
        raise ValueError(
            f"{owner}: expected class indices from 0 to {classes - 1}, or {ignore_index} for what is ignored, "
            f"received {flat[wrong[0]]} at {place[0] if len(place) == 1 else place}"
        )
    places = np.flatnonzero(kept)
    return places, flat[places].astype(np.intp)


def draw_place_classes(rng: np.random.Generator, shape: tuple[int, ...], _: npt.DTypeLike) -> Array:
    """Draw a class index for each place of an input of a shape; for ``EXAMPLES``.

    >>> draw_place_classes(np.random.default_rng(0), (2, 3, 2), np.float32)
    array([[2, 1],
           [1, 0]])
    """
    return rng.integers(0, shape[1], (shape[0], *shape[2:]))


def draw_soft(rng: np.random.Generator, shape: tuple[int, ...], dtype: npt.DTypeLike) -> Array:
    """Draw probabilities of the classes for an input of a shape; for ``EXAMPLES``.

    >>> draw_soft(np.random.default_rng(0), (2, 3, 4), np.float64).sum(axis=1).round(9).tolist()
    [[1.0, 1.0, 1.0, 1.0], [1.0, 1.0, 1.0, 1.0]]
    """
    drawn = rng.dirichlet(np.ones(shape[1]), (shape[0], *shape[2:]))
    return np.moveaxis(drawn, -1, 1).astype(dtype)
