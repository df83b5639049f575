"""The rows of learned factors and offsets."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from minnet_core.compilation import Backward, NoOperationsError, Table, Value, operations as o

from .features import rows_of, vector

if TYPE_CHECKING:
    from ..scaling import Add, CAdd, CMul, Mul


def cadd(table: Table, layer: Add | CAdd, x: Value) -> tuple[Value, Backward]:
    """Add beta to each row, or to everything."""
    flat = _spread(x, layer.beta.shape)
    y: Value = table.emit(o.add_row, flat, table.parameter(vector(layer.beta)))

    def backward(g: Value) -> Value:
        table.accumulate(vector(layer.gradBeta), o.column_sums, g.reshape(*flat.shape))
        return g

    return y.reshape(*x.shape), backward


def cmul(table: Table, layer: CMul | Mul, x: Value) -> tuple[Value, Backward]:
    """Multiply each row, or everything, by gamma."""
    flat, gamma = _spread(x, layer.gamma.shape), table.parameter(vector(layer.gamma))
    y: Value = table.emit(o.scale_row, flat, gamma)

    def backward(g: Value) -> Value:
        g = g.reshape(*flat.shape)
        table.accumulate(vector(layer.gradGamma), o.column_dots, flat, g)
        h: Value = table.emit(o.scale_row, g, gamma)
        return h.reshape(*x.shape)

    return y.reshape(*x.shape), backward


def _spread(x: Value, size: tuple[int, ...]) -> Value:
    """A view whose rows have as many elements as a size; refused if some of its axes meet any length."""
    if math.prod(size) == 1 and len(size) < len(x.shape):
        return x.reshape(math.prod(x.shape), 1)
    if 1 in size:
        raise NoOperationsError(f"expected one for each element, received axes of length 1 in {size}")
    return rows_of(x, size)
