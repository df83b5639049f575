"""Functions of arithmetic, learned factors and offsets, affine maps, and what leaves its input as it is."""

from __future__ import annotations

from typing import Any

import numpy as np

from minnet_core import Array
from minnet_core.exporting import Formula, NumpyCode, Structure


def absolute(x: Array) -> Array:
    return np.abs(x)


def clamp(x: Array, low: float, high: float) -> Array:
    return np.clip(x, low, high)


def exp(x: Array) -> Array:
    return np.exp(x)


def log(x: Array) -> Array:
    return np.log(x)


def power(x: Array, exponent: float) -> Array:
    return x**exponent


def sqrt(x: Array) -> Array:
    return np.sqrt(x)


def square(x: Array) -> Array:
    return np.square(x)


def linear(x: Array, W: Array, b: Array | None) -> Array:
    return x @ W.T if b is None else x @ W.T + b


def scale(x: Array, gamma: Array) -> Array:
    return x * gamma


def shift(x: Array, beta: Array) -> Array:
    return x + beta


def scale_shift(x: Array, gamma: Array, beta: Array) -> Array:
    return x * gamma + beta


def _as_it_is(code: NumpyCode, layer: Any, x: str) -> str:
    return x


def _residual(code: NumpyCode, block: Any, x: str) -> str:
    return f"{x} + {code.sequence(block, x, into=code.new_name('y'))}"


CLAMP = Formula(clamp, lambda layer: {"low": layer.min, "high": layer.max})
IDENTITY = Structure(_as_it_is)
RESIDUAL = Structure(_residual)
