"""How many samples a criterion divides by, and what the losses of elements and samples add up to."""

from __future__ import annotations

import math

import numpy as np

from minnet_core import Array, ShapeError, expect_shape
from minnet_core.nn import Tensor, accumulation_dtype, axis_dot, axis_sums, describe


def batch_size(owner: object, input: Array) -> int:
    """Return the number of samples, which a criterion divides by.

    Raises:
        ShapeError: if there are none, or ``input`` has no axis for them.

    >>> import numpy as np
    >>> batch_size("MSECriterion", np.zeros((0, 3)))
    Traceback (most recent call last):
    ...
    minnet_core.errors.ShapeError: MSECriterion: expected input of one sample or more, received (0, 3) float64
    """
    if not getattr(input, "shape", None) or not input.shape[0]:
        raise ShapeError(f"{owner}: expected input of one sample or more, received {describe(input)}")
    return len(input)


def matched(owner: object, input: Array, target: Array) -> tuple[Array, Array]:
    """Return input and target, of one shape, in the dtype that is computed in.

    Raises:
        ShapeError: if there are no samples, or the shapes differ, be it only by what would be broadcast.

    >>> matched("AbsCriterion", np.zeros((2, 1), np.float32), np.zeros(2))
    Traceback (most recent call last):
    ...
    minnet_core.errors.ShapeError: AbsCriterion: expected target (2, 1), received (2,) float64
    """
    batch_size(owner, input)
    expect_shape(owner, target, input.shape, "target")
    dtype = accumulation_dtype(input)
    return input.astype(dtype, copy=False), target.astype(dtype, copy=False)


def matched_parts(owner: object, input: Tensor, count: int) -> tuple[Array, ...]:
    """Return the arrays of a table, all of one shape, in the dtype that is computed in.

    Raises:
        ShapeError: if it is no tuple of so many arrays, there are no samples, or the shapes differ.

    >>> matched_parts("Ranking", np.zeros(2), 2)
    Traceback (most recent call last):
    ...
    minnet_core.errors.ShapeError: Ranking: expected input to be a tuple of 2 arrays, received (2,) float64
    """
    if not isinstance(input, tuple) or len(input) != count:
        raise ShapeError(f"{owner}: expected input to be a tuple of {count} arrays, received {describe(input)}")
    batch_size(owner, input[0])
    for index, part in enumerate(input[1:], 1):
        expect_shape(owner, part, input[0].shape, f"input[{index}]")
    dtype = np.result_type(*map(accumulation_dtype, input))
    return tuple(part.astype(dtype, copy=False) for part in input)


def share(mean: str, shape: tuple[int, ...]) -> float:
    """What a sum over all elements is multiplied by: 1 by the samples if ``mean`` is ``"batch"``, or by all elements.

    >>> share("batch", (4, 5)), share("elements", (4, 5))
    (0.25, 0.05)
    """
    return 1 / (shape[0] if mean == "batch" else math.prod(shape))


def row_sums(elements: Array) -> Array:
    """Sum the losses of all elements of each sample.

    >>> row_sums(np.array([[1.0, 2.0], [3.0, 4.0]]))
    array([3., 7.])
    """
    return axis_sums(elements.reshape(len(elements), -1))[:, 0]


def row_dots(a: Array, b: Array) -> Array:
    """Sum ``a * b`` over all elements of each sample, without an array of the products.

    >>> row_dots(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1.0, 0.0], [1.0, 1.0]]))
    array([1., 7.])
    """
    return axis_dot(a.reshape(len(a), -1), b.reshape(len(b), -1))[:, 0]


def mean_loss(sums: Array, mean: str, shape: tuple[int, ...]) -> float:
    """Return the loss that the sums of all samples make, for an input of a shape.

    >>> mean_loss(np.array([3.0, 7.0]), "batch", (2, 2))
    5.0
    """
    return float(sums.sum(dtype=np.float64)) * share(mean, shape)


def sample_losses(sums: Array, mean: str, shape: tuple[int, ...]) -> Array:
    """Return the loss of each sample, of which `mean_loss` is the mean.

    >>> sample_losses(np.array([3.0, 7.0]), "elements", (2, 2))
    array([1.5, 3.5])
    """
    losses: Array = sums * sums.dtype.type(share(mean, shape) * shape[0])
    return losses
