"""Functions of one number after another, and softmax with its relatives."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minnet_core import Array
from minnet_core.exporting import Formula, NumpyCode, Structure
from minnet_core.nn import as_floating


def celu(x: Array, alpha: float) -> Array:
    x = as_floating(x)
    return np.maximum(x, 0) + alpha * np.expm1(np.minimum(x, 0) / alpha)


def elu(x: Array, alpha: float) -> Array:
    x = as_floating(x)
    return np.maximum(x, 0) + alpha * np.expm1(np.minimum(x, 0))


def selu(x: Array, alpha: float, scale: float) -> Array:
    x = as_floating(x)
    return scale * (np.maximum(x, 0) + alpha * np.expm1(np.minimum(x, 0)))


def gelu(x: Array) -> Array:
    x = as_floating(x)
    # The normal distribution at x, one number after another: NumPy has no error function.
    normal = np.vectorize(lambda number: math.erfc(-number / math.sqrt(2)) / 2, otypes=[np.float64])
    return x * normal(x).astype(x.dtype)


def gelu_tanh(x: Array) -> Array:
    x = as_floating(x)
    return x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))) / 2


def hard_shrink(x: Array, lambd: float) -> Array:
    x = as_floating(x)
    return np.where(np.abs(x) <= lambd, 0, x)


def hard_sigmoid(x: Array) -> Array:
    return np.clip(as_floating(x) + 3, 0, 6) / 6


def hard_swish(x: Array) -> Array:
    x = as_floating(x)
    return x * np.clip(x + 3, 0, 6) / 6


def hard_tanh(x: Array, min_val: float, max_val: float) -> Array:
    return np.clip(as_floating(x), min_val, max_val)


def leaky_relu(x: Array, slope: float) -> Array:
    x = as_floating(x)
    return np.where(x > 0, x, slope * x)


def log_sigmoid(x: Array) -> Array:
    return -np.logaddexp(0, -as_floating(x))


def log_soft_max(x: Array, axis: int) -> Array:
    x = as_floating(x)
    x = x - x.max(axis, keepdims=True)
    return x - np.log(np.exp(x).sum(axis, keepdims=True))


def mish(x: Array) -> Array:
    x = as_floating(x)
    return x * np.tanh(np.logaddexp(0, x))


def prelu(x: Array, slope: Array) -> Array:
    x = as_floating(x)
    slope = slope.reshape(-1, *[1] * (x.ndim - 2))  # of each channel, or one for all
    return np.maximum(x, 0) + slope * np.minimum(x, 0)


def relu(x: Array) -> Array:
    return np.maximum(as_floating(x), 0)


def sigmoid(x: Array) -> Array:
    x = as_floating(x)
    return np.exp(-np.logaddexp(0, -x))  # 1 / (1 + exp(-x)), which would overflow


def silu(x: Array) -> Array:
    x = as_floating(x)
    return x * np.exp(-np.logaddexp(0, -x))


def soft_max(x: Array, axis: int) -> Array:
    x = as_floating(x)
    e = np.exp(x - x.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


def soft_min(x: Array, axis: int) -> Array:
    return soft_max(-as_floating(x), axis)


def soft_plus(x: Array) -> Array:
    x = as_floating(x)
    return np.logaddexp(0, x)  # log(1 + exp(x)), which would overflow


def soft_shrink(x: Array, lambd: float) -> Array:
    x = as_floating(x)
    return x - np.clip(x, -lambd, lambd)


def soft_sign(x: Array) -> Array:
    x = as_floating(x)
    return x / (1 + np.abs(x))


def tanh(x: Array) -> Array:
    return np.tanh(as_floating(x))


def tanh_shrink(x: Array) -> Array:
    x = as_floating(x)
    return x - np.tanh(x)


def threshold(x: Array, threshold: float, value: float) -> Array:
    x = as_floating(x)
    return np.where(x <= threshold, value, x)


def _gelu(code: NumpyCode, layer: Any, x: str) -> str:
    return code.call(gelu_tanh if layer.approximate == "tanh" else gelu, x)


GELU = Structure(_gelu)
RRELU = Formula(leaky_relu, lambda layer: {"slope": (layer.lower + layer.upper) / 2})
SELU = Formula(selu, lambda layer: {"alpha": layer.alpha, "scale": layer.SCALE})
