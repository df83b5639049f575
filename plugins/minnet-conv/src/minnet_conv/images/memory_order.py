"""Arrays whose axes lie in memory in the order of those of another one.

An image is ``(batch, channels, height, width)`` to whoever indexes it. In memory the batch may be innermost, which
makes long loops of short rows; where it is, results have it so too, and the next layer needs no copy.

NumPy gives a fresh result of an operation the order of its operands if these agree. Where they do not (a gradient that
comes from another kind of layer), all of the operation is slow, and one of them is better copied first.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from minnet_core import Array


def empty_beside(array: Array, shape: tuple[int, ...], dtype: npt.DTypeLike | None = None) -> Array:
    """Make an array in the order of another one, which has as many axes, and in its dtype if none is given.

    >>> batch_innermost = np.zeros((3, 4, 5, 2)).transpose(3, 0, 1, 2)
    >>> empty_beside(batch_innermost, (2, 3, 1, 1)).transpose(1, 2, 3, 0).flags.c_contiguous
    True
    """
    return np.empty_like(array, dtype, shape=shape)


def zeros_beside(array: Array, shape: tuple[int, ...], dtype: npt.DTypeLike | None = None) -> Array:
    """Make an array of zeros, as `empty_beside`."""
    return np.zeros_like(array, dtype, shape=shape)


def copied_beside(array: Array, values: Array) -> Array:
    """Copy values into the order of an array that has as many axes."""
    copy = empty_beside(array, values.shape, values.dtype)
    copy[...] = values
    return copy


def beside(array: Array, values: Array) -> Array:
    """Return values in the order of an array that has as many axes: themselves if they are, or a copy."""
    ordered = empty_beside(array, values.shape, values.dtype)
    if ordered.strides == values.strides:
        return values
    ordered[...] = values
    return ordered


def batch_innermost(images: Array) -> Array:
    """Return images with the batch innermost in memory: themselves if it is, or a copy.

    >>> batch_innermost(np.zeros((2, 3, 4, 5))).transpose(1, 2, 3, 0).flags.c_contiguous
    True
    """
    return np.ascontiguousarray(images.transpose(1, 2, 3, 0)).transpose(3, 0, 1, 2)
