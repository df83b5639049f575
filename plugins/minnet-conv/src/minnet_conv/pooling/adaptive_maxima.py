"""Kernels of adaptive maximum pooling, whose windows are of several sizes, and of global, which has one.

Windows that are all alike, and smaller than the output, are those of `window_maxima`. Others are taken one by one, each
of all images at once: there are few of them, since what is pooled adaptively is to become small. Their rows are short,
so the images of a larger batch are laid with the batch innermost first: 7 x 7 windows of (64, 16, 26, 26) take half
of the time.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from minnet_core import Array
from minnet_core.nn import accumulation_dtype

from ..images import batch_innermost, beside, empty_beside, zeros_beside
from .adaptive_windows import Lengths, equal_windows, spans
from .maxima import gradient_to_maxima, gradient_to_maximum, maximum_of, window_maxima


def adaptive_maxima(x: Array, counts: Lengths) -> Array:
    """Find the largest number of each window, nan if there is one.

    >>> import numpy as np
    >>> adaptive_maxima(np.array([[[[1.0, 5.0, 2.0]]]]), (1, 2))
    array([[[[5., 5.]]]])
    """
    if windows := equal_windows(x.shape[2:], counts):
        return window_maxima(x, windows, counts)
    y = empty_beside(x, (*x.shape[:2], *counts))
    for (row, column), part in _parts(_in_long_rows(x), counts):
        y[:, :, row, column] = maximum_of(part)
    return y


def gradient_to_adaptive_maxima(x: Array, y: Array, g: Array) -> Array:
    """Give the gradient of each maximum to the first number of its window that equals it, or to the last nan.

    >>> import numpy as np
    >>> gradient_to_adaptive_maxima(np.array([[[[1.0, 5.0, 2.0]]]]), np.full((1, 1, 1, 2), 5.0), np.ones((1, 1, 1, 2)))
    array([[[[0., 2., 0.]]]])
    """
    counts = y.shape[2], y.shape[3]
    if windows := equal_windows(x.shape[2:], counts):
        return gradient_to_maxima(x, y, g, windows)
    if counts == (1, 1):
        return gradient_to_maximum(x, y[:, :, 0, 0], g[:, :, 0, 0])
    rows = _in_long_rows(x)
    gradInput = zeros_beside(rows, x.shape, accumulation_dtype(g))
    targets = _parts(gradInput, counts)
    for ((row, column), part), (_, target) in zip(_parts(rows, counts), targets, strict=True):
        target += gradient_to_maximum(part, y[:, :, row, column], g[:, :, row, column])
    return beside(x, gradInput.astype(g.dtype, copy=False))


def _in_long_rows(x: Array) -> Array:
    return batch_innermost(x) if len(x) >= 8 else x


def _parts(x: Array, counts: Lengths) -> Iterator[tuple[Lengths, Array]]:
    """View each window of all images."""
    rows, columns = (enumerate(spans(*axis)) for axis in zip(x.shape[2:], counts, strict=True))
    for (row, height), (column, width) in product(rows, columns):
        yield (row, column), x[:, :, height, width]
