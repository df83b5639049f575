"""Arrays put together along an axis, and taken apart again: what tables of arrays and branches have in common."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise

import numpy as np

from minnet_core import Array, ShapeError
from minnet_core.nn import axis_of, describe


def joined(owner: object, axis: int, arrays: Sequence[Array], name: str = "input") -> Array:
    """Put arrays together along an axis.

    Raises:
        ShapeError: if they differ in another axis, or have none of this number.

    >>> joined("JoinTable 1", 1, [np.ones((1, 2)), np.zeros((1, 1))])
    array([[1., 1., 0.]])
    """
    place = axis_of(owner, axis, arrays[0], name=name)
    rests = {(*array.shape[:place], *array.shape[place + 1 :]) for array in arrays if array.ndim == arrays[0].ndim}
    if len(rests) > 1 or any(array.ndim != arrays[0].ndim for array in arrays):
        received = describe(tuple(arrays))
        raise ShapeError(
            f"{owner}: expected {name} to be arrays that differ in axis {place} alone, received {received}"
        )
    return np.concatenate(arrays, place)


def parted(axis: int, array: Array, like: Sequence[Array]) -> list[Array]:
    """View the parts of an array that has been put together of others, or has the shape of one that has.

    >>> [part.shape for part in parted(1, np.zeros((1, 3)), [np.ones((1, 2)), np.zeros((1, 1))])]
    [(1, 2), (1, 1)]
    """
    before = (slice(None),) * (axis % array.ndim)
    ends = [0, *accumulate(each.shape[axis] for each in like)]
    return [array[(*before, slice(*pair))] for pair in pairwise(ends)]
