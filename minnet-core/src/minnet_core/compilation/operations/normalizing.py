"""Normalization: of columns over a batch, and of rows by themselves."""

from __future__ import annotations

from functools import partial

import numpy as np

from ...nn import Array, axis_dot, inverse_rms, standardize_rows, standardize_rows_back
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


@operation("(r,m)->(r,m),(r)", over="x")
def layer_norm(x: Array, y: Array, inverse: Array, *, eps: float) -> list[Call]:
    """``y = (x - mean) inverse`` in each row, ``inverse = 1 / sqrt(variance + eps)``, by `standardize_rows`."""

    def compute() -> None:
        y[...], inverse[:, np.newaxis] = standardize_rows(x, eps)

    return [compute]


@operation("(r,m),(r,m),(r)->(r,m)", over="g")
def layer_norm_back(y: Array, g: Array, inverse: Array, h: Array) -> list[Call]:
    """The gradient of `layer_norm`: ``h = (g - mean(g) - y mean(y g)) inverse``, with means of rows."""
    return [lambda: np.copyto(h, standardize_rows_back(y, g, inverse[:, np.newaxis]))]


@operation("(r,m)->(r,m),(r)", over="x")
def rms_norm(x: Array, y: Array, inverse: Array, *, eps: float) -> list[Call]:
    """``y = x inverse`` in each row, with ``inverse = 1 / sqrt(mean(x^2) + eps)``, as `inverse_rms` computes it."""
    column = inverse[:, np.newaxis]
    return [lambda: np.copyto(column, inverse_rms(x, eps)), partial(np.multiply, x, column, y)]


@operation("(r,m),(r,m),(r)->(r,m)", over="g")
def rms_norm_back(y: Array, g: Array, inverse: Array, h: Array, *, scratch: Scratch) -> list[Call]:
    """The gradient of `rms_norm`: ``h = (g - y mean(y g)) inverse``, with the mean of a row."""
    products = scratch(y.shape, y.dtype)
    return [
        lambda: np.multiply(y, axis_dot(g, y) / y.shape[1], products),
        partial(np.subtract, g, products, h),
        partial(np.multiply, h, inverse[:, np.newaxis], h),
    ]
