"""The axis that a reduction is along, the sum along it, and gradients that come back to all of it, or to one place."""

from __future__ import annotations

import math

import numpy as np

from minnet_core import Array, expect_shape
from minnet_core.nn import accumulation_dtype, axis_of, axis_sums, column_sums, floating_dtype


def without_axis(array: Array, axis: int, keepdims: bool) -> Array:
    """Take away an axis of length 1, unless it is to stay.

    >>> without_axis(np.zeros((4, 1)), -1, keepdims=False).shape
    (4,)
    """
    return array if keepdims else np.squeeze(array, axis)


def with_axis(owner: object, gradOutput: Array, input: Array, axis: int, keepdims: bool) -> Array:
    """Return a gradient with the axis that was taken away, of length 1, as it is spread along the input.

    Raises:
        ShapeError: if it is not of the shape of the output.
    """
    place = axis_of(owner, axis, input)
    shape = [*input.shape[:place], 1, *input.shape[place + 1 :]]
    expected = shape if keepdims else [*input.shape[:place], *input.shape[place + 1 :]]
    expect_shape(owner, gradOutput, tuple(expected), "gradOutput")
    return gradOutput.reshape(shape)


def sums_along(input: Array, axis: int) -> Array:
    """Add along an axis, which stays as an axis of length 1; in single precision or more.

    By BLAS where the axis is the first or the last, which takes half as long as ``add.reduce``, or less. Along one in
    the middle, of 8 numbers or more, a row of ones is multiplied by each matrix: 32 x 32 in 256 samples of float32 take
    21 microseconds instead of 140.

    >>> sums_along(np.array([[1.0, 2.0], [3.0, 4.0]]), 0)
    array([[4., 6.]])
    """
    wide = input.astype(accumulation_dtype(input), copy=False)
    place = axis % wide.ndim
    length, inner = wide.shape[place], math.prod(wide.shape[place + 1 :])
    if place and inner >= 8 and length >= 8 and wide.flags.c_contiguous and wide.size and wide.dtype.char in "fd":
        sums: Array = np.matmul(np.ones(length, wide.dtype), wide.reshape(-1, length, inner))
        return sums.reshape(*wide.shape[:place], 1, *wide.shape[place + 1 :])
    if place or wide.ndim == 1:
        return axis_sums(wide, axis)
    columns = column_sums(wide.reshape(len(wide), math.prod(wide.shape[1:])))
    return columns.reshape(1, *wide.shape[1:])


def spread_along(gradient: Array, input: Array, axis: int) -> Array:
    """Give every number along an axis the gradient of their sum: a new array of the shape of the input.

    Along an axis that others follow, whole pieces are copied: 32 x 32 in 256 samples in 18 microseconds instead of 47.

    >>> spread_along(np.array([[2.0, 3.0]]), np.zeros((2, 2)), 0)
    array([[2., 3.],
           [2., 3.]])
    """
    if math.prod(input.shape[axis % input.ndim + 1 :]) >= 8:
        repeated: Array = np.repeat(gradient, input.shape[axis], axis)
        return repeated.astype(floating_dtype(gradient), copy=False)
    spread: Array = np.empty(input.shape, floating_dtype(gradient))
    spread[...] = gradient
    return spread


def put_along(gradient: Array, input: Array, extreme: Array, axis: int) -> Array:
    """Give the gradient of the largest, or smallest, number along an axis to it, and 0 to all others.

    It goes to the first of equal ones, or of nan. Where there are none, which is nearly always, a product with the mask
    of what is extreme does it: along the first axis of 256 x 1024 float32, 0.12 milliseconds instead of 0.45.

    >>> put_along(np.array([[2.0]]), np.array([[1.0, 3.0, 3.0]]), np.array([[3.0]]), -1)
    array([[0., 2., 0.]])
    """
    is_extreme = input == extreme
    if np.isnan(extreme).any():
        is_extreme |= input != input
    if np.count_nonzero(is_extreme) == extreme.size and np.isfinite(gradient).all():  # infinity * 0 would be nan
        spread: Array = np.multiply(is_extreme, gradient, dtype=floating_dtype(gradient))
        return spread
    spread = np.zeros(input.shape, floating_dtype(gradient))
    np.put_along_axis(spread, is_extreme.argmax(axis, keepdims=True), gradient, axis)
    return spread
