"""The rows of normalizations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from minnet_core.compilation import Backward, NoOperationsError, Table, Value, operations as o

from .features import expect_features, expect_last, features, rows_of, vector

if TYPE_CHECKING:
    from ..batch_normalization import BatchNormalization
    from ..layer_normalization import LayerNormalization
    from ..rms_normalization import RMSNormalization


def batch_normalization(table: Table, layer: BatchNormalization, x: Value) -> tuple[Value, Backward]:
    """Normalize by the statistics of the batch; those that move are the layer's own."""
    expect_last(layer.axis, x)
    if not layer.training:
        raise NoOperationsError("it is in evaluation mode")
    if layer.moving_mean is not None:
        expect_features(x, layer.moving_mean.size)
    flat = features(x)
    y, inverse, mean, variance = table.emit(o.batch_norm, flat, eps=layer.EPS)
    if flat.shape[0] > 1:
        table.call(lambda m, v: layer.move(m.copy(), v.copy()), mean, variance)

    def backward(g: Value) -> Value:
        h: Value = table.emit(o.batch_norm_back, y, features(g), inverse)
        return h.reshape(*x.shape)

    return y.reshape(*x.shape), backward


def layer_normalization(table: Table, layer: LayerNormalization, x: Value) -> tuple[Value, Backward]:
    """Normalize each row, multiply by gamma, and add beta."""
    flat = rows_of(x, layer.normalized_shape)
    y, inverse = table.emit(o.layer_norm, flat, eps=layer.eps)
    gamma = None if layer.gamma is None else table.parameter(vector(layer.gamma))
    beta = None if layer.beta is None else table.parameter(vector(layer.beta))
    z: Value = y
    if gamma is not None and beta is not None:
        z = table.emit(o.scale_shift_row, y, gamma, beta)
    elif gamma is not None:
        z = table.emit(o.scale_row, y, gamma)

    def backward(g: Value) -> Value:
        g = g.reshape(*flat.shape)
        if layer.gradGamma is not None:
            table.accumulate(vector(layer.gradGamma), o.column_dots, y, g)
        if layer.gradBeta is not None:
            table.accumulate(vector(layer.gradBeta), o.column_sums, g)
        if gamma is not None:
            g = table.emit(o.scale_row, g, gamma)
        h: Value = table.emit(o.layer_norm_back, y, g, inverse)
        return h.reshape(*x.shape)

    return z.reshape(*x.shape), backward


def rms_normalization(table: Table, layer: RMSNormalization, x: Value) -> tuple[Value, Backward]:
    """Divide each row by the root of its mean square, and multiply by gamma."""
    flat, gamma = rows_of(x, layer.normalized_shape), table.parameter(vector(layer.gamma))
    y, inverse = table.emit(o.rms_norm, flat, eps=layer.epsilon(np.empty(0, x.dtype)))
    z: Value = table.emit(o.scale_row, y, gamma)

    def backward(g: Value) -> Value:
        g = g.reshape(*flat.shape)
        table.accumulate(vector(layer.gradGamma), o.column_dots, y, g)
        h: Value = table.emit(o.rms_norm_back, y, table.emit(o.scale_row, g, gamma), inverse)
        return h.reshape(*x.shape)

    return z.reshape(*x.shape), backward
