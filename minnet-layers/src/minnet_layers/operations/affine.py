"""The rows of affine maps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minnet_core.compilation import Backward, NoOperationsError, Table, Value, operations as o

from .features import expect_features, features

if TYPE_CHECKING:
    from ..channelwise_scaling import ChannelwiseScaling
    from ..linear import Linear


def channelwise_scaling(table: Table, layer: ChannelwiseScaling, x: Value) -> tuple[Value, Backward]:
    """Multiply by gamma, and add beta."""
    expect_features(x, layer.gamma.size)
    flat, gamma, beta = features(x), table.parameter(layer.gamma), table.parameter(layer.beta)
    y: Value = table.emit(o.scale_shift_row, flat, gamma, beta)

    def backward(g: Value) -> Value:
        g = features(g)
        table.accumulate(layer.gradGamma, o.column_dots, flat, g)
        table.accumulate(layer.gradBeta, o.column_sums, g)
        h: Value = table.emit(o.scale_row, g, gamma)
        return h.reshape(*x.shape)

    return y.reshape(*x.shape), backward


def linear(table: Table, layer: Linear, x: Value) -> tuple[Value, Backward]:
    """Multiply by the weights, and add the bias."""
    if len(x.shape) != 2:
        raise NoOperationsError(f"expected an input of two dimensions, received {x.shape}")
    expect_features(x, layer.W.shape[1])
    W = table.parameter(layer.W)
    y: Value = table.emit(o.product, x, W.T)
    if layer.b is not None:
        y = table.emit(o.add_row, y, table.parameter(layer.b))

    def backward(g: Value) -> Value:
        if layer.gradb is not None:
            table.accumulate(layer.gradb, o.column_sums, g)
        table.accumulate(layer.gradW, o.product, g.T, x)
        h: Value = table.emit(o.product, g, W)
        return h

    return y, backward
