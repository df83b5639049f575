"""Kernels of elements on arrays that lie in memory in another order than that of their axes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import numpy as np

from minnet_core import Array

_T = TypeVar("_T", Array, tuple[Array, Array])


def by_elements(kernel: Callable[..., _T | None], *arrays: Array, numbers: tuple[float, ...] = ()) -> _T | None:
    """Call a kernel with arrays, or with how they lie in memory if that is as images do behind a convolution.

    Args:
        kernel: computes each element by itself.
        arrays: of one shape.
        numbers: what the kernel takes besides.

    Returns:
        What it computes, in the order of the arrays; None if it does not take them.

    >>> images = np.ones((5, 6, 7, 2), np.float32).transpose(3, 0, 1, 2)
    >>> by_elements(np.negative, images).transpose(1, 2, 3, 0).flags.c_contiguous
    True
    """
    result = kernel(*arrays, *numbers)
    if result is not None:
        return result
    views = [_batch_last(array) for array in arrays]
    if any(view is None for view in views):
        return None
    result = kernel(*views, *numbers)
    if isinstance(result, tuple):
        return cast(_T, tuple(np.moveaxis(each, -1, 0) for each in result))
    return None if result is None else np.moveaxis(result, -1, 0)


def _batch_last(array: Array) -> Array | None:
    """View an array with its first axis last; None if it does not lie in memory so."""
    if type(array) is not np.ndarray or array.ndim < 3:
        return None
    view = np.moveaxis(array, 0, -1)
    return view if view.flags.c_contiguous else None
