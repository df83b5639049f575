"""Element by element: the rows of activations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minnet_core.compilation import Backward, Table, Value, operations as o

if TYPE_CHECKING:
    from ..elu import ELU
    from ..leaky_relu import LeakyReLU
    from ..relu import ReLU
    from ..soft_plus import SoftPlus


def elu(table: Table, layer: ELU, x: Value) -> tuple[Value, Backward]:
    """Element by element."""
    flat, alpha = x.rows(), layer.alpha
    y: Value = table.emit(o.elu, flat, alpha=alpha)
    return y.like(x), lambda g: table.emit(o.elu_back, flat, g.rows(), alpha=alpha).like(x)


def leaky_relu(table: Table, layer: LeakyReLU, x: Value) -> tuple[Value, Backward]:
    """Element by element; where the slope is positive, the output has the sign of the input."""
    flat, slope = x.rows(), layer.slope
    y: Value = table.emit(o.leaky_relu, flat, slope=slope)
    signed = y if slope > 0 else flat
    return y.like(x), lambda g: table.emit(o.leaky_relu_back, signed, g.rows(), slope=slope).like(x)


def relu(table: Table, layer: ReLU, x: Value) -> tuple[Value, Backward]:
    """Element by element."""
    y: Value = table.emit(o.relu, x.rows())
    return y.like(x), lambda g: table.emit(o.relu_back, y, g.rows()).like(x)


def soft_plus(table: Table, layer: SoftPlus, x: Value) -> tuple[Value, Backward]:
    """Element by element."""
    flat = x.rows()
    y: Value = table.emit(o.soft_plus, flat)
    return y.like(x), lambda g: table.emit(o.soft_plus_back, flat, y, g.rows()).like(x)
