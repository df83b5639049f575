"""The operations that the layers stand for in a table (`minnet_core.compile`), in the order of their names.

Each function adds the rows of ``updateOutput``, and returns the output and what adds those of ``backward``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from minnet_core.compilation import Backward, NoOperationsError, Table, Value, operations as o

if TYPE_CHECKING:
    from .batch_normalization import BatchNormalization
    from .channelwise_scaling import ChannelwiseScaling
    from .dropout import Dropout
    from .elu import ELU
    from .leaky_relu import LeakyReLU
    from .linear import Linear
    from .log_soft_max import LogSoftMax
    from .relu import ReLU
    from .soft_max import SoftMax
    from .soft_plus import SoftPlus


def batch_normalization(table: Table, layer: BatchNormalization, x: Value) -> tuple[Value, Backward]:
    """Normalize by the statistics of the batch; those that move are the layer's own."""
    _expect_last(layer.axis, x)
    if not layer.training:
        raise NoOperationsError("it is in evaluation mode")
    if layer.moving_mean is not None:
        _expect_features(x, layer.moving_mean.size)
    flat = _features(x)
    y, inverse, mean, variance = table.emit(o.batch_norm, flat, eps=layer.EPS)
    if flat.shape[0] > 1:
        table.call(lambda m, v: layer.move(m.copy(), v.copy()), mean, variance)

    def backward(g: Value) -> Value:
        h: Value = table.emit(o.batch_norm_back, y, _features(g), inverse)
        return h.reshape(*x.shape)

    return y.reshape(*x.shape), backward


def channelwise_scaling(table: Table, layer: ChannelwiseScaling, x: Value) -> tuple[Value, Backward]:
    """Multiply by gamma, and add beta."""
    _expect_features(x, layer.gamma.size)
    flat, gamma, beta = _features(x), table.parameter(layer.gamma), table.parameter(layer.beta)
    y: Value = table.emit(o.scale_shift_row, flat, gamma, beta)

    def backward(g: Value) -> Value:
        g = _features(g)
        table.accumulate(layer.gradGamma, o.column_dots, flat, g)
        table.accumulate(layer.gradBeta, o.column_sums, g)
        h: Value = table.emit(o.scale_row, g, gamma)
        return h.reshape(*x.shape)

    return y.reshape(*x.shape), backward


def dropout(table: Table, layer: Dropout, x: Value) -> tuple[Value, Backward]:
    """Drop what is not drawn, in training mode."""
    if not layer.training:
        return x, lambda g: g
    if layer.p == 1:
        raise NoOperationsError("it drops everything")
    flat = x.rows()
    keep = table.emit(o.draw_keep, flat, rng=layer.rng, p=layer.p)
    scale = 1 / (1 - layer.p)
    y: Value = table.emit(o.drop, flat, keep, scale=scale)
    return y.reshape(*x.shape), lambda g: table.emit(o.drop, g.rows(), keep, scale=scale).reshape(*x.shape)


def elu(table: Table, layer: ELU, x: Value) -> tuple[Value, Backward]:
    """Element by element."""
    flat, alpha = x.rows(), layer.alpha
    y: Value = table.emit(o.elu, flat, alpha=alpha)
    return y.reshape(*x.shape), lambda g: table.emit(o.elu_back, flat, g.rows(), alpha=alpha).reshape(*x.shape)


def leaky_relu(table: Table, layer: LeakyReLU, x: Value) -> tuple[Value, Backward]:
    """Element by element; where the slope is positive, the output has the sign of the input."""
    flat, slope = x.rows(), layer.slope
    y: Value = table.emit(o.leaky_relu, flat, slope=slope)
    signed = y if slope > 0 else flat
    return y.reshape(*x.shape), lambda g: table.emit(o.leaky_relu_back, signed, g.rows(), slope=slope).reshape(*x.shape)


def linear(table: Table, layer: Linear, x: Value) -> tuple[Value, Backward]:
    """Multiply by the weights, and add the bias."""
    if len(x.shape) != 2:
        raise NoOperationsError(f"expected an input of two dimensions, received {x.shape}")
    _expect_features(x, layer.W.shape[1])
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


def log_soft_max(table: Table, layer: LogSoftMax, x: Value) -> tuple[Value, Backward]:
    """Along the last axis."""
    _expect_last(layer.axis, x)
    y, exponentials, sums = table.emit(o.log_soft_max, _features(x))

    def backward(g: Value) -> Value:
        made = table.maker(g)
        if made is not None and made.operation is o.nll_back:  # of which each row has one number
            return table.emit(o.log_soft_max_nll_back, exponentials, sums, made.operands[0])  # type: ignore[no-any-return]
        h: Value = table.emit(o.log_soft_max_back, exponentials, sums, _features(g))
        return h.reshape(*x.shape)

    return y.reshape(*x.shape), backward


def relu(table: Table, layer: ReLU, x: Value) -> tuple[Value, Backward]:
    """Element by element."""
    y: Value = table.emit(o.relu, x.rows())
    return y.reshape(*x.shape), lambda g: table.emit(o.relu_back, y, g.rows()).reshape(*x.shape)


def soft_max(table: Table, layer: SoftMax, x: Value) -> tuple[Value, Backward]:
    """Along the last axis."""
    _expect_last(layer.axis, x)
    y: Value = table.emit(o.soft_max, _features(x))
    return y.reshape(*x.shape), lambda g: table.emit(o.soft_max_back, y, _features(g)).reshape(*x.shape)


def soft_plus(table: Table, layer: SoftPlus, x: Value) -> tuple[Value, Backward]:
    """Element by element."""
    flat = x.rows()
    y: Value = table.emit(o.soft_plus, flat)
    return y.reshape(*x.shape), lambda g: table.emit(o.soft_plus_back, flat, y, g.rows()).reshape(*x.shape)


def _features(x: Value) -> Value:
    """A view with a column for each feature."""
    return x.reshape(int(np.prod(x.shape[:-1])), x.shape[-1])


def _expect_features(x: Value, n_feats: int) -> None:
    if not x.shape or x.shape[-1] != n_feats:
        raise NoOperationsError(f"expected {n_feats} features, received {x.shape}")


def _expect_last(axis: int, x: Value) -> None:
    if not x.shape or axis not in (-1, len(x.shape) - 1):
        raise NoOperationsError(f"expected an axis that is the last, received {axis} of {x.shape}")
