"""The rows of normalizations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minnet_core.compilation import Backward, NoOperationsError, Table, Value, operations as o

from .features import expect_features, expect_last, features

if TYPE_CHECKING:
    from ..batch_normalization import BatchNormalization


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
