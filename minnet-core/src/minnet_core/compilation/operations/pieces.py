"""Straight pieces, element by element: numbers that are cut, kept or left out by where an operand lies."""

from __future__ import annotations

from functools import partial

import numpy as np

from ...nn import Array
from ..definition import Call, operation
from ..scratch import Scratch


@operation("(r,m)->(r,m)", over="x")
def clip(x: Array, y: Array, *, low: float, high: float) -> list[Call]:
    """``y = min(max(x, low), high)``."""
    kind = x.dtype.type
    return [partial(np.clip, x, kind(low), kind(high), out=y)]


@operation("(r,m),(r,m)->(r,m)", over="g")
def keep_between(x: Array, g: Array, h: Array, *, low: float, high: float, scratch: Scratch) -> list[Call]:
    """``h = g`` where ``low < x < high``, elsewhere 0."""
    kind, mask, other = x.dtype.type, scratch(x.shape, bool), scratch(x.shape, bool, place=1)
    return [
        partial(np.greater, x, kind(low), mask),
        partial(np.less, x, kind(high), other),
        partial(np.logical_and, mask, other, mask),
        _masked(g, mask, h),
    ]


@operation("(r,m),(r,m)->(r,m)", over="g")
def keep_beyond(x: Array, g: Array, h: Array, *, low: float, high: float, scratch: Scratch) -> list[Call]:
    """``h = 0`` where ``low <= x <= high``, elsewhere ``g``, where ``x`` is nan as well."""
    kind, mask, other = x.dtype.type, scratch(x.shape, bool), scratch(x.shape, bool, place=1)
    return [
        partial(np.greater_equal, x, kind(low), mask),
        partial(np.less_equal, x, kind(high), other),
        partial(np.logical_and, mask, other, mask),
        partial(np.logical_not, mask, mask),
        _masked(g, mask, h),
    ]


@operation("(r,m)->(r,m)", over="x")
def threshold(x: Array, y: Array, *, threshold: float, value: float, scratch: Scratch) -> list[Call]:
    """``y = value`` where ``x <= threshold``, elsewhere ``x``."""
    kind, mask = x.dtype.type, scratch(x.shape, bool)
    return [
        partial(np.less_equal, x, kind(threshold), mask),
        partial(np.copyto, y, x),
        partial(np.putmask, y, mask, kind(value)),
    ]


@operation("(r,m)->(r,m)", over="x")
def soft_shrink(x: Array, y: Array, *, lambd: float, scratch: Scratch) -> list[Call]:
    """``y = x - min(max(x, -lambd), lambd)``."""
    kind, near = x.dtype.type, scratch(x.shape, x.dtype)
    return [partial(np.clip, x, kind(-lambd), kind(lambd), out=near), partial(np.subtract, x, near, y)]


def _masked(values: Array, mask: Array, result: Array) -> Call:
    """Multiply the bits of numbers by 0 or 1, as `minnet_core.nn.masked` does: of infinite ones, too, 0 is 0."""
    integer = np.dtype(f"i{values.itemsize}")
    return partial(np.multiply, values.view(integer), mask, result.view(integer))
