"""Element by element: the rows of powers, roots, exponentials and logarithms, and of what is made of quotients."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from minnet_core.compilation import Backward, Table, Value, operations as o

if TYPE_CHECKING:
    from ..activations.soft_sign import SoftSign
    from ..elementwise.abs import Abs
    from ..elementwise.exp import Exp
    from ..elementwise.log import Log
    from ..elementwise.power import Power
    from ..elementwise.sqrt import Sqrt
    from ..elementwise.square import Square


def absolute(table: Table, layer: Abs, x: Value) -> tuple[Value, Backward]:
    """The gradient has the sign of the input."""
    flat = x.rows()
    y: Value = table.emit(o.apply, flat, function=np.abs)
    return y.like(x), lambda g: table.emit(o.multiply, table.emit(o.apply, flat, function=np.sign), g.rows()).like(x)


def exp(table: Table, layer: Exp, x: Value) -> tuple[Value, Backward]:
    """The output is the derivative."""
    y: Value = table.emit(o.apply, x.rows(), function=np.exp)
    return y.like(x), lambda g: table.emit(o.multiply, y, g.rows()).like(x)


def log(table: Table, layer: Log, x: Value) -> tuple[Value, Backward]:
    """The gradient is divided by the input."""
    flat = x.rows()
    y: Value = table.emit(o.apply, flat, function=np.log)
    return y.like(x), lambda g: table.emit(o.divide, g.rows(), flat).like(x)


def power(table: Table, layer: Power, x: Value) -> tuple[Value, Backward]:
    """The gradient is multiplied by the power before it."""
    flat, exponent = x.rows(), layer.exponent
    y = _power(table, flat, exponent)

    def backward(g: Value) -> Value:
        before = _power(table, flat, exponent - 1 if exponent else 0.0)
        slope = table.emit(o.scale_shift, before, scale=exponent, shift=0.0)
        h: Value = table.emit(o.multiply, slope, g.rows())
        return h.like(x)

    return y.like(x), backward


def soft_sign(table: Table, layer: SoftSign, x: Value) -> tuple[Value, Backward]:
    """Divide by one more than the size, the gradient twice."""
    flat = x.rows()
    size = table.emit(o.scale_shift, table.emit(o.apply, flat, function=np.abs), scale=1.0, shift=1.0)
    y: Value = table.emit(o.divide, flat, size)

    def backward(g: Value) -> Value:
        h: Value = table.emit(o.divide, table.emit(o.divide, g.rows(), size), size)
        return h.like(x)

    return y.like(x), backward


def sqrt(table: Table, layer: Sqrt, x: Value) -> tuple[Value, Backward]:
    """The gradient is divided by twice the output."""
    y: Value = table.emit(o.apply, x.rows(), function=np.sqrt)

    def backward(g: Value) -> Value:
        h: Value = table.emit(o.scale_shift, table.emit(o.divide, g.rows(), y), scale=0.5, shift=0.0)
        return h.like(x)

    return y.like(x), backward


def square(table: Table, layer: Square, x: Value) -> tuple[Value, Backward]:
    """The gradient is multiplied by twice the input."""
    flat = x.rows()
    y: Value = table.emit(o.multiply, flat, flat)

    def backward(g: Value) -> Value:
        h: Value = table.emit(o.multiply, flat, table.emit(o.scale_shift, g.rows(), scale=2.0, shift=0.0))
        return h.like(x)

    return y.like(x), backward


def _power(table: Table, flat: Value, exponent: float) -> Value:
    """``flat ** exponent``, of 2, 3 and 4 by products."""
    if exponent in (2, 3, 4):
        square: Value = table.emit(o.multiply, flat, flat)
        return square if exponent == 2 else table.emit(o.multiply, square, flat if exponent == 3 else square)
    kind = flat.dtype.type
    raised: Value = table.emit(o.apply, flat, function=lambda x, out: np.power(x, kind(exponent), out=out))
    return raised
