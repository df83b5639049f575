"""Arithmetic, element by element, of which the rows of many layers are made."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from ...nn import Array
from ..definition import Call, operation


@operation("(r,m)->(r,m)", over="x")
def apply(x: Array, y: Array, *, function: Callable[..., object]) -> list[Call]:
    """``y = function(x)``, of a function of NumPy that takes ``out``."""
    return [partial(function, x, out=y)]


@operation("(r,m)->(r,m)", over="x")
def scale_shift(x: Array, y: Array, *, scale: float, shift: float) -> list[Call]:
    """``y = scale x + shift``, with one number each."""
    kind = x.dtype.type
    calls: list[Call] = [partial(np.multiply, x, kind(scale), y)]
    return [*calls, partial(np.add, y, kind(shift), y)] if shift else calls


@operation("(r,m),(r,m)->(r,m)", over="x")
def divide(x: Array, z: Array, y: Array) -> list[Call]:
    """``y = x / z``."""
    return [partial(np.divide, x, z, y)]
