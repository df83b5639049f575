"""Numbers that are spread over the last axes of an input: which inputs they fit, and sums over what they meet."""

from __future__ import annotations

import math

import numpy as np

from minnet_core import Affine, Array, expect_shape
from minnet_core.nn import accumulation_dtype, axis_sums, column_sums


def expect_spread(owner: object, input: Array, size: tuple[int, ...]) -> None:
    """Check that numbers of a size can be spread over each sample of an input; an axis of length 1 meets any length.

    Raises:
        ShapeError: if the last axes of the input have other lengths, or there is none for the batch.

    >>> expect_spread("CMul", np.zeros((4, 2)), (3,))
    Traceback (most recent call last):
    ...
    minnet_core.errors.ShapeError: CMul: expected input (batch, 3), received (4, 2) float64
    """
    leading = input.ndim - len(size)
    lengths = input.shape[max(leading, 0) :]
    if leading < 1 or any(want not in (1, have) for want, have in zip(size, lengths, strict=False)):
        wanted = ("any" if length == 1 else length for length in size)
        expect_shape(owner, input, ("batch", *["any"] * (leading - 1), *wanted))


def spread_sums(array: Array, size: tuple[int, ...]) -> Array:
    """Add the elements that one number of a size meets: shape ``(..., *size)`` to ``size``; half precision in float32.

    Axes of length 1 at the end of the size, as of one number for each channel of an image, are summed first, by BLAS.

    >>> spread_sums(np.ones((2, 3, 4)), (3, 1)).ravel()
    array([8., 8., 8.])
    """
    array = array.astype(accumulation_dtype(array), copy=False)
    ends = len(size)
    while ends and size[ends - 1] == 1:
        ends -= 1
    leading = array.ndim - len(size)
    kept = array.shape[: leading + ends]
    if ends < len(size):
        array = axis_sums(array.reshape(*kept, math.prod(array.shape[leading + ends :])))[..., 0]
    if not ends:
        return np.asarray(array.sum()).reshape(size)
    if 1 not in size[:ends]:
        return column_sums(array.reshape(math.prod(kept[:leading]), math.prod(kept[leading:]))).reshape(size)
    summed = (*range(leading), *(leading + axis for axis in range(ends) if size[axis] == 1))
    total: Array = array.sum(axis=summed)
    return total.reshape(size)


def spread_affine(scale: Array | float, shift: Array | float, size: tuple[int, ...]) -> Affine | None:
    """Return the map of each feature that a scale or a shift of a size is; None if it is for more than one axis."""
    if math.prod(size) == 1:
        return Affine(np.ravel(scale)[0], np.ravel(shift)[0])
    return Affine(scale, shift) if len(size) == 1 else None
