"""Functions of arithmetic, learned factors and offsets, affine maps, and what leaves its input as it is."""

from __future__ import annotations

from typing import Any

import numpy as np

from minnet_core import Array
from minnet_core.exporting import Formula, NumpyCode, Structure
from minnet_core.nn import as_floating


def absolute(x: Array) -> Array:
    return np.abs(as_floating(x))


def clamp(x: Array, low: float, high: float) -> Array:
    return np.clip(as_floating(x), low, high)


def exp(x: Array) -> Array:
    return np.exp(as_floating(x))


def log(x: Array) -> Array:
    return np.log(as_floating(x))


def power(x: Array, exponent: float) -> Array:
    return as_floating(x) ** exponent


def sqrt(x: Array) -> Array:
    return np.sqrt(as_floating(x))


def square(x: Array) -> Array:
    return np.square(as_floating(x))


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
