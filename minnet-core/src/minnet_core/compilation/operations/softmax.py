"""Softmax and its logarithm, along the last axis."""

from __future__ import annotations

from functools import partial

import numpy as np

from ...nn import Array
from ..definition import Call, operation
from ..scratch import Scratch


def _maxima(x: Array, maxima: Array, scratch: Scratch) -> list[Call]:
    """The largest number of each row; of short rows by columns of a transposed copy, as `axis_maxima` does."""
    if x.shape[1] > 32:
        return [partial(np.maximum.reduce, x, 1, None, maxima)]
    columns = scratch(x.shape[::-1], x.dtype, place=3)
    return [partial(np.copyto, columns, x.T), partial(np.maximum.reduce, columns, 0, None, maxima)]


@operation("(r,m)->(r,m)", over="x")
def soft_max(x: Array, y: Array, *, scratch: Scratch) -> list[Call]:
    """``y = exp(x - max) / sum(exp(x - max))`` in each row."""
    numbers = scratch((len(x),), x.dtype)
    return [
        *_maxima(x, numbers, scratch),
        partial(np.subtract, x, numbers[:, np.newaxis], y),
        partial(np.exp, y, y),
        partial(np.dot, y, scratch.filled(1.0, x.shape[1], x.dtype), numbers),
        partial(np.reciprocal, numbers, numbers),
        partial(np.multiply, y, numbers[:, np.newaxis], y),
    ]


@operation("(r,m),(r,m)->(r,m)", over="g")
def soft_max_back(y: Array, g: Array, h: Array, *, scratch: Scratch) -> list[Call]:
    """The gradient of `soft_max`: ``h = y (g - sum(y g))`` in each row."""
    dots = scratch((len(y), 1, 1), y.dtype)
    return [
        partial(np.matmul, g[:, np.newaxis, :], y[:, :, np.newaxis], dots),
        partial(np.subtract, g, dots[:, 0], h),
        partial(np.multiply, h, y, h),
    ]


@operation("(r,m)->(r,m),(r,m),(r)", over="x")
def log_soft_max(x: Array, y: Array, exponentials: Array, sums: Array, *, scratch: Scratch) -> list[Call]:
    """``y = x - max - log(sum(exp(x - max)))`` in each row; keeps the exponentials, and their sums."""
    numbers = scratch((len(x),), x.dtype)
    return [
        *_maxima(x, numbers, scratch),
        partial(np.subtract, x, numbers[:, np.newaxis], y),
        partial(np.exp, y, exponentials),
        partial(np.dot, exponentials, scratch.filled(1.0, x.shape[1], x.dtype), sums),
        partial(np.log, sums, numbers),
        partial(np.subtract, y, numbers[:, np.newaxis], y),
    ]


@operation("(n,m),(n),(n)->(n,m)", over="exponentials")
def log_soft_max_nll_back(exponentials: Array, sums: Array, chosen: Array, h: Array, *, scratch: Scratch) -> list[Call]:
    """The gradient of `nll` of `log_soft_max`: ``h = exponentials / sums / n``, less ``1 / n`` where one was chosen."""
    n = len(h)
    numbers, flat, value = scratch((n,), h.dtype), h.reshape(-1), h.dtype.type(1 / n)

    def subtract() -> None:
        flat[chosen] -= value

    return [
        partial(np.divide, value, sums, numbers),
        partial(np.multiply, exponentials, numbers[:, np.newaxis], h),
        subtract,
    ]


@operation("(r,m),(r),(r,m)->(r,m)", over="exponentials")
def log_soft_max_back(exponentials: Array, sums: Array, g: Array, h: Array, *, scratch: Scratch) -> list[Call]:
    """The gradient of `log_soft_max`: ``h = g - exponentials sum(g) / sums`` in each row."""
    numbers = scratch((len(g),), g.dtype)
    return [
        partial(np.dot, g, scratch.filled(1.0, g.shape[1], g.dtype), numbers),
        partial(np.divide, numbers, sums, numbers),
        partial(np.multiply, exponentials, numbers[:, np.newaxis], h),
        partial(np.subtract, g, h, h),
    ]
