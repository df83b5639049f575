"""Sums and products: of two arrays, of an array and one row beside each of its rows, and over rows."""

from __future__ import annotations

from functools import partial

import numpy as np

from ...nn import Array
from ..definition import Call, operation
from ..scratch import Scratch


@operation("(r,m),(r,m)->(r,m)", over="x")
def add(x: Array, z: Array, y: Array) -> list[Call]:
    """``y = x + z``."""
    return [partial(np.add, x, z, y)]


@operation("(r,m),(r,m)->(r,m)", over="z")
def multiply(x: Array, z: Array, y: Array) -> list[Call]:
    """``y = x z``."""
    return [partial(np.multiply, x, z, y)]


@operation("(r,m),(m)->(r,m)", over="x")
def add_row(x: Array, b: Array, y: Array) -> list[Call]:
    """Add a row: ``y = x + b``."""
    return [partial(np.add, x, b, y)]


@operation("(r,m),(m)->(r,m)", over="x")
def scale_row(x: Array, a: Array, y: Array) -> list[Call]:
    """Multiply by a row: ``y = x * a``."""
    return [partial(np.multiply, x, a, y)]


@operation("(r,m),(m),(m)->(r,m)", over="x")
def scale_shift_row(x: Array, a: Array, b: Array, y: Array) -> list[Call]:
    """Multiply by a row, and add one: ``y = x * a + b``."""
    return [partial(np.multiply, x, a, y), partial(np.add, y, b, y)]


@operation("(r,m)->(m)")
def column_sums(x: Array, s: Array, *, accumulate: bool = False, scratch: Scratch) -> list[Call]:
    """Sum over rows: ``s = sum(x)``, or ``s += sum(x)``; BLAS adds columns faster than ``add.reduce``."""
    ones = scratch.filled(1.0, len(x), x.dtype)
    if not accumulate:
        return [partial(np.dot, ones, x, s)]
    added = scratch(s.shape, s.dtype)
    return [partial(np.dot, ones, x, added), partial(np.add, s, added, s)]


@operation("(r,m),(r,m)->(m)")
def column_dots(x: Array, g: Array, s: Array, *, accumulate: bool = False, scratch: Scratch) -> list[Call]:
    """Sum products over rows: ``s = sum(x * g)``, or ``s += sum(x * g)``."""
    ones, products = scratch.filled(1.0, len(x), x.dtype), scratch(x.shape, x.dtype, place=1)
    sums = (
        column_sums.calls(products, s, accumulate=accumulate, scratch=scratch)
        if accumulate
        else [partial(np.dot, ones, products, s)]
    )
    return [partial(np.multiply, x, g, products), *sums]
