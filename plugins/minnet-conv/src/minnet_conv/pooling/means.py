"""Kernels of average pooling, which sums along one axis after the other: two short loops instead of a long one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from minnet_core import Array
from minnet_core.nn import accumulation_dtype, axis_sums

from ..images import beside
from .along import Along, spread_along, sums_along


def window_means(x: Array, windows: Sequence[Along], sizes: Array) -> Array:
    """Average each window of images; half precision in float32, whose sums do not overflow.

    Args:
        x: the input, floating, ``(batch, channels, ...)``.
        windows: those along each axis of an image.
        sizes: what the sum of each window is divided by, float64: one number, or an image.

    >>> import numpy as np
    >>> pairs = (slice(0, 2), slice(0, 1)), (slice(1, 4), slice(1, 2))
    >>> window_means(np.array([[[1.0, 2.0, 4.0, 9.0]]]), [Along.of_pairs(4, 2, pairs)], np.array([2.0, 3.0]))
    array([[[1.5, 5. ]]])
    """
    means = x.astype(accumulation_dtype(x), copy=False)
    if _is_one_of_all(means, windows):  # 64 x 16 images of 28 x 28 in a fifth of the time
        means = axis_sums(means.reshape(*x.shape[:2], -1)).reshape(*x.shape[:2], *[1] * len(windows))
        windows = ()
    for axis, along in enumerate(windows, 2):
        means = sums_along(means, axis, along)
    means /= sizes.astype(means.dtype)
    return means.astype(x.dtype, copy=False)


def gradient_to_means(x: Array, g: Array, windows: Sequence[Along], sizes: Array) -> Array:
    """Give each number the gradients of the means of all windows that it is in, in the order that ``x`` has in memory.

    >>> import numpy as np
    >>> pairs = (slice(0, 2), slice(0, 1)), (slice(1, 4), slice(1, 2))
    >>> windows, g = [Along.of_pairs(4, 2, pairs)], np.array([[[2.0, 30.0]]])
    >>> gradient_to_means(np.ones((1, 1, 4)), g, windows, np.array([2.0, 3.0]))
    array([[[ 1., 11., 10., 10.]]])
    """
    gradient = beside(x, g.astype(accumulation_dtype(g), copy=False))
    gradient = gradient / sizes.astype(gradient.dtype)
    if _is_one_of_all(x, windows):
        spread: Array = np.empty(x.shape, g.dtype)
        spread.reshape(x.shape[0] * x.shape[1], -1)[...] = gradient.reshape(-1, 1)
        return spread
    for axis, along in reversed(list(enumerate(windows, 2))):
        gradient = spread_along(gradient, axis, along, x)
    return gradient.astype(g.dtype, copy=False)


def _is_one_of_all(x: Array, windows: Sequence[Along]) -> bool:
    """Whether the only window is the whole image, and each image lies in one piece."""
    is_whole = all(along.n_windows == 1 and along.leaves_none and along.takes_once for along in windows)
    return is_whole and x.size > 0 and x.flags.c_contiguous
