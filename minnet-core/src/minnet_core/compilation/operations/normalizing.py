"""Normalization of columns over a batch."""

from __future__ import annotations

from functools import partial

import numpy as np

from ...nn import Array
from ..definition import Call, operation
from ..scratch import Scratch


@operation("(n,m)->(n,m),(m),(m),(m)", over="x")
def batch_norm(
    x: Array, y: Array, inverse: Array, mean: Array, variance: Array, *, eps: float, scratch: Scratch
) -> list[Call]:
    """``y = (x - mean) inverse`` with ``inverse = 1 / sqrt(variance + eps)``, the variance biased.

    The first row is subtracted before anything is summed: it lies within the data, so no sum cancels however far they
    are from 0, and a constant column gives exactly 0.
    """
    n = len(x)
    weights, squares = scratch.filled(1 / n, n, x.dtype), scratch(x.shape, x.dtype)
    first = scratch(mean.shape, x.dtype, place=1)
    return [
        partial(np.copyto, first, x[0]),
        partial(np.subtract, x, first, y),
        partial(np.dot, weights, y, mean),
        partial(np.subtract, y, mean, y),
        partial(np.add, mean, first, mean),
        partial(np.square, y, squares),
        partial(np.dot, weights, squares, variance),
        partial(np.add, variance, x.dtype.type(eps), inverse),
        partial(np.sqrt, inverse, inverse),
        partial(np.reciprocal, inverse, inverse),
        partial(np.multiply, y, inverse, y),
    ]


@operation("(n,m),(n,m),(m)->(n,m)")
def batch_norm_back(y: Array, g: Array, inverse: Array, h: Array, *, scratch: Scratch) -> list[Call]:
    """The gradient of `batch_norm`: ``h = (g - mean(g) - y mean(y g)) inverse``."""
    n = len(y)
    weights, products = scratch.filled(1 / n, n, y.dtype), h
    means = scratch(inverse.shape, y.dtype)
    return [
        partial(np.multiply, y, g, products),
        partial(np.dot, weights, products, means),
        partial(np.multiply, y, means, h),
        partial(np.subtract, g, h, h),
        partial(np.dot, weights, g, means),
        partial(np.subtract, h, means, h),
        partial(np.multiply, h, inverse, h),
    ]
