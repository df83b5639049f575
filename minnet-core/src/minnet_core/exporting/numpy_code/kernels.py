"""Plain NumPy for the kernels of the core that layers use: the same numbers, without what makes those fast."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import numpy as np

from ... import nn
from ...nn import Array


def as_floating(x: Array) -> Array:
    return x if x.dtype.kind == "f" else x.astype(np.result_type(x.dtype, np.float32))


def sigmoid(x: Array) -> Array:
    return np.exp(-np.logaddexp(0, -x))  # 1 / (1 + exp(-x)), which would overflow


def softplus(x: Array) -> Array:
    return np.logaddexp(0, x)  # log(1 + exp(x)), which would overflow


def positive_part(x: Array) -> Array:
    return np.maximum(x, 0)


def negative_part(x: Array) -> Array:
    return np.minimum(x, 0)


TWINS: MappingProxyType[Callable[..., Any], Callable[..., Any]] = MappingProxyType(
    {getattr(nn, each.__name__): each for each in (as_floating, sigmoid, softplus, positive_part, negative_part)}
)
"""Kernel -> what becomes part of a program in its place, under the same name."""
