"""The lengths of vectors along an axis, in any norm, and gradients of vectors that are divided by theirs."""

from __future__ import annotations

import math

import numpy as np

from minnet_core import Array
from minnet_core.nn import axis_dot, axis_maxima, axis_sums


def lengths_along(x: Array, p: float, axis: int, least: float) -> Array:
    r"""Compute :math:`(\sum_i |x_i|^p)^{1/p}` along an axis, which stays with length 1; the largest if p is infinite.

    Powers are taken of the vector divided by its largest number where they might overflow, or vanish although the
    length is not below ``least``: for all but sums and sums of squares always, and for these where they have.

    >>> lengths_along(np.array([[3.0, 4.0], [3e200, 4e200]]), 2.0, -1, 1e-12).ravel()
    array([5.e+000, 5.e+200])
    """
    if p == math.inf:
        return axis_maxima(np.abs(x), axis)
    if p in (1, 2) and least**p > np.finfo(x.dtype).tiny:
        with np.errstate(over="ignore", invalid="ignore"):  # a sum in two halves: inf and a number, not nan
            powers = axis_dot(x, x, axis) if p == 2 else axis_sums(np.abs(x), axis)
        if np.isfinite(powers).all():
            return np.sqrt(powers) if p == 2 else powers
    sizes = np.abs(x)
    unit = axis_maxima(sizes, axis)
    unit = np.where(np.isfinite(unit) & (unit > 0), unit, x.dtype.type(1))
    sizes /= unit
    with np.errstate(over="ignore", under="ignore"):  # of infinities, and of what is nothing beside the largest
        powers = axis_sums(np.power(sizes, x.dtype.type(p), out=sizes), axis)
        lengths: Array = unit * np.power(powers, x.dtype.type(1 / p))
    return lengths


def unit_back(y: Array, lengths: Array, h: Array, p: float, axis: int, least: float) -> Array:
    r"""The gradient of :math:`y = x/\max(n, \epsilon)`, with the length :math:`n`: from that of y, ``h``, to that of x.

    With :math:`v_i = \partial n/\partial x_i = \operatorname{sign}(y_i)|y_i|^{p-1}` (and the equal share of the largest
    numbers, for an infinite p),

    .. math:: \frac{\partial L}{\partial x} = \frac{h - v\,(h\cdot y)}{n} \quad\text{or, below}\ \epsilon,\quad
              \frac h\epsilon
    """
    if p == 2:
        slopes = y
    elif p == 1:
        slopes = np.sign(y)
    elif p == math.inf:
        sizes = np.abs(y)
        is_largest = sizes == axis_maxima(sizes, axis)
        slopes = np.sign(y) * is_largest / np.count_nonzero(is_largest, axis, keepdims=True).astype(y.dtype)
    else:
        with np.errstate(under="ignore"):
            slopes = np.copysign(np.power(np.abs(y), y.dtype.type(p - 1)), y)
    dots = axis_dot(np.ascontiguousarray(h), y, axis)
    dots *= lengths >= least
    gradient: Array = slopes * -dots
    gradient += h
    gradient /= np.maximum(lengths, y.dtype.type(least))
    return gradient
