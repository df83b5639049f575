"""Element by element: the rows of layers of straight pieces."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from minnet_core.compilation import Backward, Table, Value, operations as o

if TYPE_CHECKING:
    from ..activations.hard_shrink import HardShrink
    from ..activations.hard_sigmoid import HardSigmoid
    from ..activations.hard_swish import HardSwish
    from ..activations.hard_tanh import HardTanh
    from ..activations.soft_shrink import SoftShrink
    from ..activations.threshold import Threshold
    from ..elementwise.clamp import Clamp


def clamp(table: Table, layer: Clamp, x: Value) -> tuple[Value, Backward]:
    """Cut, and keep the gradient at the bounds, which lie between their neighbours."""
    flat, kind = x.rows(), x.dtype.type
    y: Value = table.emit(o.clip, flat, low=layer.min, high=layer.max)
    low = float(np.nextafter(kind(layer.min), kind(-np.inf)))
    high = float(np.nextafter(kind(layer.max), kind(np.inf)))
    return y.like(x), lambda g: table.emit(o.keep_between, flat, g.rows(), low=low, high=high).like(x)


def hard_shrink(table: Table, layer: HardShrink, x: Value) -> tuple[Value, Backward]:
    """Keep what is beyond."""
    flat, lambd = x.rows(), layer.lambd
    y: Value = table.emit(o.keep_beyond, flat, flat, low=-lambd, high=lambd)
    return y.like(x), lambda g: table.emit(o.keep_beyond, flat, g.rows(), low=-lambd, high=lambd).like(x)


def hard_sigmoid(table: Table, layer: HardSigmoid, x: Value) -> tuple[Value, Backward]:
    """Scale, shift, and cut."""
    flat = x.rows()
    y = _gate(table, flat)

    def backward(g: Value) -> Value:
        scaled = table.emit(o.scale_shift, g.rows(), scale=1 / 6, shift=0.0)
        h: Value = table.emit(o.keep_between, flat, scaled, low=-3.0, high=3.0)
        return h.like(x)

    return y.like(x), backward


def hard_swish(table: Table, layer: HardSwish, x: Value) -> tuple[Value, Backward]:
    """Multiply by the gate; the gradient is that between the ends, and that from the upper end on."""
    flat = x.rows()
    y: Value = table.emit(o.multiply, flat, _gate(table, flat))

    def backward(g: Value) -> Value:
        slope = table.emit(o.scale_shift, flat, scale=1 / 3, shift=0.5)
        between = table.emit(o.keep_between, flat, table.emit(o.multiply, slope, g.rows()), low=-3.0, high=3.0)
        below_3 = float(np.nextafter(x.dtype.type(3), x.dtype.type(0)))
        above = table.emit(o.keep_beyond, flat, g.rows(), low=-np.inf, high=below_3)
        h: Value = table.emit(o.add, between, above)
        return h.like(x)

    return y.like(x), backward


def hard_tanh(table: Table, layer: HardTanh, x: Value) -> tuple[Value, Backward]:
    """Cut, of `ReLU6` too."""
    flat, low, high = x.rows(), layer.min_val, layer.max_val
    y: Value = table.emit(o.clip, flat, low=low, high=high)
    return y.like(x), lambda g: table.emit(o.keep_between, flat, g.rows(), low=low, high=high).like(x)


def soft_shrink(table: Table, layer: SoftShrink, x: Value) -> tuple[Value, Backward]:
    """Move towards 0."""
    flat, lambd = x.rows(), layer.lambd
    y: Value = table.emit(o.soft_shrink, flat, lambd=lambd)
    return y.like(x), lambda g: table.emit(o.keep_beyond, flat, g.rows(), low=-lambd, high=lambd).like(x)


def threshold(table: Table, layer: Threshold, x: Value) -> tuple[Value, Backward]:
    """Replace what does not exceed it."""
    flat, bound = x.rows(), layer.threshold
    y: Value = table.emit(o.threshold, flat, threshold=bound, value=layer.value)
    return y.like(x), lambda g: table.emit(o.keep_beyond, flat, g.rows(), low=-np.inf, high=bound).like(x)


def _gate(table: Table, flat: Value) -> Value:
    """``(x + 3) / 6`` from 0 to 1."""
    gate: Value = table.emit(o.clip, table.emit(o.scale_shift, flat, scale=1 / 6, shift=0.5), low=0.0, high=1.0)
    return gate
