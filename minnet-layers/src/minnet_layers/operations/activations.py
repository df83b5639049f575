"""Element by element: the rows of activations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from minnet_core.compilation import Backward, NoOperationsError, Table, Value, operations as o

if TYPE_CHECKING:
    from ..activations.celu import CELU
    from ..activations.elu import ELU
    from ..activations.gelu import GELU
    from ..activations.leaky_relu import LeakyReLU
    from ..activations.log_sigmoid import LogSigmoid
    from ..activations.mish import Mish
    from ..activations.prelu import PReLU
    from ..activations.relu import ReLU
    from ..activations.rrelu import RReLU
    from ..activations.selu import SELU
    from ..activations.sigmoid import Sigmoid
    from ..activations.silu import SiLU
    from ..activations.soft_plus import SoftPlus
    from ..activations.tanh import Tanh
    from ..activations.tanh_shrink import TanhShrink


def celu(table: Table, layer: CELU, x: Value) -> tuple[Value, Backward]:
    """Element by element: ELU of the input over alpha, times alpha."""
    scaled, alpha = table.emit(o.scale_shift, x.rows(), scale=1 / layer.alpha, shift=0.0), layer.alpha
    y: Value = table.emit(o.scale_shift, table.emit(o.elu, scaled, alpha=1.0), scale=alpha, shift=0.0)
    return y.like(x), lambda g: table.emit(o.elu_back, scaled, g.rows(), alpha=1.0).like(x)


def elu(table: Table, layer: ELU, x: Value) -> tuple[Value, Backward]:
    """Element by element."""
    flat, alpha = x.rows(), layer.alpha
    y: Value = table.emit(o.elu, flat, alpha=alpha)
    return y.like(x), lambda g: table.emit(o.elu_back, flat, g.rows(), alpha=alpha).like(x)


def gelu(table: Table, layer: GELU, x: Value) -> tuple[Value, Backward]:
    """Element by element, in training mode with the derivative."""
    flat, approximate = x.rows(), layer.approximate
    if layer.training:
        y, slope = table.emit(o.gelu_with_slope, flat, approximate=approximate)
    else:
        y, slope = table.emit(o.gelu, flat, approximate=approximate), None

    def backward(g: Value) -> Value:
        along = table.emit(o.gelu_with_slope, flat, approximate=approximate)[1] if slope is None else slope
        h: Value = table.emit(o.multiply, along, g.rows())
        return h.like(x)

    return y.like(x), backward


def leaky_relu(table: Table, layer: LeakyReLU, x: Value) -> tuple[Value, Backward]:
    """Element by element; where the slope is positive, the output has the sign of the input."""
    flat, slope = x.rows(), layer.slope
    y: Value = table.emit(o.leaky_relu, flat, slope=slope)
    signed = y if slope > 0 else flat
    return y.like(x), lambda g: table.emit(o.leaky_relu_back, signed, g.rows(), slope=slope).like(x)


def log_sigmoid(table: Table, layer: LogSigmoid, x: Value) -> tuple[Value, Backward]:
    """Element by element: what SoftPlus makes of the negative, with the other sign, as both gradients have it."""
    negative = table.emit(o.scale_shift, x.rows(), scale=-1.0, shift=0.0)
    rectified = table.emit(o.soft_plus, negative)
    y: Value = table.emit(o.scale_shift, rectified, scale=-1.0, shift=0.0)
    return y.like(x), lambda g: table.emit(o.soft_plus_back, negative, rectified, g.rows()).like(x)


def mish(table: Table, layer: Mish, x: Value) -> tuple[Value, Backward]:
    """Element by element."""
    flat = x.rows()
    y: Value = table.emit(o.mish, flat)
    return y.like(x), lambda g: table.emit(o.mish_back, flat, g.rows()).like(x)


def prelu(table: Table, layer: PReLU, x: Value) -> tuple[Value, Backward]:
    """Element by element, with one slope for all or for each column."""
    count = layer.slope.size
    if count > 1 and (len(x.shape) != 2 or x.shape[1] != count):
        raise NoOperationsError(f"expected (batch, {count}), received {x.shape}")
    flat = x if count > 1 else x.reshape(int(np.prod(x.shape)), 1)
    slope = table.parameter(layer.slope)
    y: Value = table.emit(o.prelu, flat, slope)

    def backward(g: Value) -> Value:
        g = g.reshape(*flat.shape)
        table.accumulate(layer.gradSlope, o.column_dots, table.emit(o.negative_part, flat), g)
        h: Value = table.emit(o.prelu_back, flat, slope, g)
        return h.reshape(*x.shape)

    return y.reshape(*x.shape), backward


def relu(table: Table, layer: ReLU, x: Value) -> tuple[Value, Backward]:
    """Element by element."""
    y: Value = table.emit(o.relu, x.rows())
    return y.like(x), lambda g: table.emit(o.relu_back, y, g.rows()).like(x)


def rrelu(table: Table, layer: RReLU, x: Value) -> tuple[Value, Backward]:
    """Element by element, in evaluation mode, as `leaky_relu` of the mean slope."""
    if layer.training:
        raise NoOperationsError("it draws slopes")
    flat, slope = x.rows(), (layer.lower + layer.upper) / 2
    y: Value = table.emit(o.leaky_relu, flat, slope=slope)
    return y.like(x), lambda g: table.emit(o.leaky_relu_back, flat, g.rows(), slope=slope).like(x)


def selu(table: Table, layer: SELU, x: Value) -> tuple[Value, Backward]:
    """Element by element: ELU, scaled."""
    flat, alpha, scale = x.rows(), layer.alpha, layer.SCALE
    y: Value = table.emit(o.scale_shift, table.emit(o.elu, flat, alpha=alpha), scale=scale, shift=0.0)

    def backward(g: Value) -> Value:
        scaled = table.emit(o.scale_shift, g.rows(), scale=scale, shift=0.0)
        h: Value = table.emit(o.elu_back, flat, scaled, alpha=alpha)
        return h.like(x)

    return y.like(x), backward


def sigmoid(table: Table, layer: Sigmoid, x: Value) -> tuple[Value, Backward]:
    """Element by element."""
    y: Value = table.emit(o.sigmoid, x.rows())
    return y.like(x), lambda g: table.emit(o.sigmoid_back, y, g.rows()).like(x)


def silu(table: Table, layer: SiLU, x: Value) -> tuple[Value, Backward]:
    """Element by element: the logistic function, and its product with the input."""
    flat = x.rows()
    gate: Value = table.emit(o.sigmoid, flat)
    y: Value = table.emit(o.multiply, flat, gate)
    return y.like(x), lambda g: table.emit(o.silu_back, flat, gate, g.rows()).like(x)


def soft_plus(table: Table, layer: SoftPlus, x: Value) -> tuple[Value, Backward]:
    """Element by element."""
    flat = x.rows()
    y: Value = table.emit(o.soft_plus, flat)
    return y.like(x), lambda g: table.emit(o.soft_plus_back, flat, y, g.rows()).like(x)


def tanh(table: Table, layer: Tanh, x: Value) -> tuple[Value, Backward]:
    """Element by element."""
    y: Value = table.emit(o.tanh, x.rows())
    return y.like(x), lambda g: table.emit(o.tanh_back, y, g.rows()).like(x)


def tanh_shrink(table: Table, layer: TanhShrink, x: Value) -> tuple[Value, Backward]:
    """Element by element: the input less its tanh, whose square the gradient is multiplied by."""
    flat = x.rows()
    t = table.emit(o.tanh, flat)
    y: Value = table.emit(o.add, flat, table.emit(o.scale_shift, t, scale=-1.0, shift=0.0))
    return y.like(x), lambda g: table.emit(o.multiply, table.emit(o.multiply, t, t), g.rows()).like(x)
