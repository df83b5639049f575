"""Activations of one exponential and their gradients, element by element: the logistic function, tanh, gates."""

from __future__ import annotations

from functools import partial

import numpy as np

from ...nn import Array, gate_by_normal, gate_by_tanh, sigmoid_of_softplus, softplus
from ..definition import Call, operation
from ..scratch import Scratch

_GATES = {"none": gate_by_normal, "tanh": gate_by_tanh}


@operation("(r,m)->(r,m)", over="x")
def sigmoid(x: Array, y: Array) -> list[Call]:
    """``y = 1 / (1 + exp(-x))``."""
    x, y = x.reshape(-1), y.reshape(-1)

    def exponential() -> None:
        with np.errstate(over="ignore"):  # to infinity, whose inverse is 0
            np.exp(y, y)

    return [
        partial(np.negative, x, y),
        exponential,
        partial(np.add, y, y.dtype.type(1), y),
        partial(np.reciprocal, y, y),
    ]


@operation("(r,m),(r,m)->(r,m)", over="g")
def sigmoid_back(y: Array, g: Array, h: Array, *, scratch: Scratch) -> list[Call]:
    """The gradient of `sigmoid`, from its result: ``h = g y (1 - y)``."""
    slope = scratch(y.shape, y.dtype)
    return [
        partial(np.subtract, y.dtype.type(1), y, slope),
        partial(np.multiply, slope, y, slope),
        partial(np.multiply, slope, g, h),
    ]


@operation("(r,m)->(r,m)", over="x")
def tanh(x: Array, y: Array) -> list[Call]:
    """The hyperbolic tangent."""
    return [partial(np.tanh, x, y)]


@operation("(r,m),(r,m)->(r,m)", over="g")
def tanh_back(y: Array, g: Array, h: Array, *, scratch: Scratch) -> list[Call]:
    """The gradient of `tanh`, from its result: ``h = g (1 - y y)``."""
    slope = scratch(y.shape, y.dtype)
    return [
        partial(np.multiply, y, y, slope),
        partial(np.subtract, y.dtype.type(1), slope, slope),
        partial(np.multiply, slope, g, h),
    ]


@operation("(r,m),(r,m),(r,m)->(r,m)", over="g")
def silu_back(x: Array, s: Array, g: Array, h: Array, *, scratch: Scratch) -> list[Call]:
    """The gradient of ``x s``, where ``s`` is the `sigmoid` of ``x``: ``h = g s (1 + x (1 - s))``."""
    slope, one = scratch(x.shape, x.dtype), x.dtype.type(1)
    return [
        partial(np.subtract, one, s, slope),
        partial(np.multiply, slope, x, slope),
        partial(np.add, slope, one, slope),
        partial(np.multiply, slope, s, slope),
        partial(np.multiply, slope, g, h),
    ]


@operation("(r,m)->(r,m)", over="x")
def gelu(x: Array, y: Array, *, approximate: str) -> list[Call]:
    """``y = x P``, with ``P`` the normal distribution, or ``(1 + tanh(sqrt(2/pi) (x + 0.044715 x**3))) / 2``."""
    return [partial(_GATES[approximate], x.reshape(-1), y.reshape(-1))]


@operation("(r,m)->(r,m),(r,m)")
def gelu_with_slope(x: Array, y: Array, slope: Array, *, approximate: str) -> list[Call]:
    """What `gelu` computes, and its derivative."""
    return [partial(_GATES[approximate], x.reshape(-1), y.reshape(-1), slope.reshape(-1))]


@operation("(r,m)->(r,m)", over="x")
def mish(x: Array, y: Array, *, scratch: Scratch) -> list[Call]:
    """``y = x tanh(log(1 + exp(x)))``."""
    gate = scratch(x.shape, x.dtype)
    return [lambda: np.tanh(softplus(x), gate), partial(np.multiply, x, gate, y)]


@operation("(r,m),(r,m)->(r,m)", over="g")
def mish_back(x: Array, g: Array, h: Array, *, scratch: Scratch) -> list[Call]:
    """The gradient of `mish`: ``h = g (t + x (1 - t t) / (1 + exp(-x)))`` with ``t = tanh(log(1 + exp(x)))``."""
    gate, slope, one = scratch(x.shape, x.dtype), scratch(x.shape, x.dtype, place=1), x.dtype.type(1)

    def derivative() -> None:
        rectified = softplus(x)
        np.multiply(x, sigmoid_of_softplus(x, rectified), slope)
        np.tanh(rectified, gate)

    square = scratch(x.shape, x.dtype, place=2)
    return [
        derivative,
        partial(np.multiply, gate, gate, square),
        partial(np.subtract, one, square, square),
        partial(np.multiply, slope, square, slope),
        partial(np.add, slope, gate, slope),
        partial(np.multiply, slope, g, h),
    ]
