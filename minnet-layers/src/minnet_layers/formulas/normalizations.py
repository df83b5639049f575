"""Normalizations, by the statistics that were learned or those of each sample."""

from __future__ import annotations

from typing import Any

import numpy as np

from minnet_core import Array
from minnet_core.exporting import Formula
from minnet_core.nn import as_floating


def batch_normalization(x: Array, mean: Array, variance: Array, eps: float, axis: int) -> Array:
    x = as_floating(x)
    shape = [1] * x.ndim
    shape[axis] = -1
    factor = (1 / np.sqrt(variance + eps)).astype(x.dtype)
    return (x - mean.astype(x.dtype).reshape(shape)) * factor.reshape(shape)


def layer_normalization(x: Array, gamma: Array | None, beta: Array | None, eps: float, axes: tuple[int, ...]) -> Array:
    x = as_floating(x)
    y = (x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + eps)
    y = y if gamma is None else y * gamma
    return y if beta is None else y + beta


def group_normalization(x: Array, gamma: Array | None, beta: Array | None, num_groups: int, eps: float) -> Array:
    x = as_floating(x)
    groups = x.reshape(len(x), num_groups, int(np.prod(x.shape[1:])) // num_groups)
    y = (groups - groups.mean(2, keepdims=True)) / np.sqrt(groups.var(2, keepdims=True) + eps)
    y = y.reshape(x.shape)
    channels = (-1, *[1] * (x.ndim - 2))
    return y if gamma is None or beta is None else y * gamma.reshape(channels) + beta.reshape(channels)


def rms_normalization(x: Array, gamma: Array, eps: float | None) -> Array:
    x = as_floating(x)
    axes = tuple(range(-gamma.ndim, 0))
    least = np.finfo(x.dtype).eps if eps is None else eps
    return x / np.sqrt((x * x).mean(axes, keepdims=True) + least) * gamma


def _moving(layer: Any) -> dict[str, Any]:
    has_none = layer.moving_mean is None  # before the first training
    mean = np.zeros(1, np.float32) if has_none else layer.moving_mean
    variance = np.ones(1, np.float32) if has_none else layer.moving_variance
    return {"mean": mean, "variance": variance, "eps": layer.EPS, "axis": layer.axis}


def _normalized(layer: Any) -> dict[str, Any]:
    axes = tuple(range(-len(layer.normalized_shape), 0))
    return {"gamma": layer.gamma, "beta": layer.beta, "eps": layer.eps, "axes": axes}


BATCH_NORMALIZATION = Formula(batch_normalization, _moving)
LAYER_NORMALIZATION = Formula(layer_normalization, _normalized)
