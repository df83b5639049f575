"""How a target names classes: a row of weights for each sample, or one class index."""

from __future__ import annotations

import math
from typing import TypeAlias
from weakref import ReferenceType

import numpy as np
import numpy.typing as npt

from minnet_core import Array, ShapeError, expect_shape
from minnet_core.nn import accumulation_dtype, describe

from .batch import batch_size

Chosen: TypeAlias = tuple[Array, Array]
"""What to index scores with: the numbers of the samples, and their classes."""

_last: tuple[ReferenceType[Array], tuple[int, ...], Array] | None = None
"""The target that was checked last, for scores of which shape, and the numbers of its samples."""


def chosen_classes(owner: object, input: Array, target: Array, *, is_backward: bool = False) -> Chosen | None:
    """Read a target as the places in ``input`` that it chooses.

    Args:
        owner: the criterion, named in messages.
        input: ``(batch, classes)``.
        target: weights of the shape of ``input``, of any real dtype (one-hot, or soft labels), or class indices
            ``(batch,)`` of an integer dtype.
        is_backward: whether a forward pass comes before, whose target need not be checked once more.

    Returns:
        What to index ``input`` with for the score of each sample's class; None if the target is weights.

    Raises:
        ShapeError: if there are no samples, or the two shapes do not fit.
        TypeError: if a 1-D target is not of an integer dtype.
        ValueError: if a class index is out of range.

    >>> import numpy as np
    >>> scores = np.array([[0.0, 0.1, 0.2], [1.0, 1.1, 1.2]])
    >>> scores[chosen_classes("ClassNLLCriterion", scores, np.array([2, 0]))]
    array([0.2, 1. ])
    """
    global _last
    last = _last  # another thread may choose meanwhile
    if is_backward and last is not None and last[0]() is target and last[1] == input.shape:
        return last[2], target
    samples = batch_size(owner, input)
    if input.ndim != 2:
        expect_shape(owner, input, ("batch", "classes"))
    shape = getattr(target, "shape", None)
    if shape == input.shape:
        return None
    if shape != (samples,):
        raise ShapeError(
            f"{owner}: expected target {input.shape} of weights or ({samples},) of class indices, "
            f"received {describe(target)}"
        )
    _expect_class_indices(owner, target, input.shape[1])
    numbers = np.arange(samples)
    _last = ReferenceType(target), input.shape, numbers
    return numbers, target


def expect_signs(owner: object, target: Array) -> None:
    """Check that a target names one of two sides, -1 and 1: with 0 and 1 a loss would be a number, and a wrong one.

    Raises:
        ValueError: if there is anything else.

    >>> expect_signs("MarginCriterion", np.array([1, 0]))
    Traceback (most recent call last):
    ...
    ValueError: MarginCriterion: expected targets of -1 and 1, received 0
    """
    wrong = np.abs(target) != 1
    if wrong.any():
        raise ValueError(f"{owner}: expected targets of -1 and 1, received {target[wrong][0]}")


def expect_zeros_and_ones(owner: object, target: Array) -> None:
    """Check that a target says yes or no, 1 and 0.

    Raises:
        ValueError: if there is anything else.

    >>> expect_zeros_and_ones("FocalCriterion", np.array([1, -1]))
    Traceback (most recent call last):
    ...
    ValueError: FocalCriterion: expected targets of 0 and 1, received -1
    """
    wrong = (target != 0) & (target != 1)
    if wrong.any():
        raise ValueError(f"{owner}: expected targets of 0 and 1, received {target[wrong][0]}")


def expect_unit_interval(owner: object, array: Array, name: str) -> None:
    """Check that there is nothing below 0 or above 1; nan is let through.

    Raises:
        ValueError: if there is.

    >>> expect_unit_interval("BCECriterion", np.array([0.5, 1.5]), "input")
    Traceback (most recent call last):
    ...
    ValueError: BCECriterion: expected input from 0 to 1, received 1.5
    """
    for extreme in (array.min(), array.max()):
        if extreme < 0 or extreme > 1:
            raise ValueError(f"{owner}: expected {name} from 0 to 1, received {extreme}")


def weighted_sum(weights: Array, scores: Array) -> float:
    """Sum ``weights * scores``, where a weight of 0 counts 0 whatever the score: minus infinity, say.

    A product of vectors is three times as fast as leaving those scores out, which only a result that is not finite
    calls for.

    >>> import numpy as np
    >>> weighted_sum(np.array([0.0, 2.0]), np.array([-np.inf, -1.5]))
    -3.0
    """
    total = float(np.vdot(weights, scores.astype(accumulation_dtype(scores), copy=False)))
    if math.isfinite(total):
        return total
    return float(_products(weights, scores).sum())


def weighted_sums(weights: Array, scores: Array) -> Array:
    """Sum ``weights * scores`` of each row, as `weighted_sum` sums those of all.

    >>> import numpy as np
    >>> weighted_sums(np.array([[0.0, 2.0], [1.0, 0.0]]), np.array([[-np.inf, -1.5], [-0.5, -1.0]]))
    array([-3. , -0.5])
    """
    sums: Array = _products(weights, scores).sum(axis=1)
    return sums


def _products(weights: Array, scores: Array) -> Array:
    weights = weights.astype(accumulation_dtype(scores))
    return np.multiply(weights, scores, out=np.zeros_like(weights), where=weights != 0)


def _expect_class_indices(owner: object, target: Array, classes: int) -> None:
    if target.dtype.kind not in "iu":
        raise TypeError(f"{owner}: expected class indices of an integer dtype, received {describe(target)}")
    if target.astype(np.uint64).max() < classes:  # where -1 is the largest number of all
        return
    first = np.flatnonzero((target < 0) | (target >= classes))[0]
    raise ValueError(f"{owner}: expected class indices from 0 to {classes - 1}, received {target[first]} at {first}")


def draw_classes(rng: np.random.Generator, shape: tuple[int, ...], _: npt.DTypeLike) -> Array:
    """Draw class indices for an input of a shape; for ``EXAMPLES``.

    >>> draw_classes(np.random.default_rng(0), (4, 3), np.float32)
    array([2, 1, 1, 0])
    """
    return rng.integers(0, shape[1], shape[0])


def draw_one_hot(rng: np.random.Generator, shape: tuple[int, ...], dtype: npt.DTypeLike) -> Array:
    """Draw a one-hot target for an input of a shape; for ``EXAMPLES``.

    >>> draw_one_hot(np.random.default_rng(0), (2, 3), np.float32)
    array([[0., 0., 1.],
           [0., 1., 0.]], dtype=float32)
    """
    return np.eye(shape[1], dtype=dtype)[draw_classes(rng, shape, dtype)]
