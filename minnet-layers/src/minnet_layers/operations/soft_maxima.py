"""The rows of softmax and its logarithm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minnet_core.compilation import Backward, Table, Value, operations as o

from .features import expect_last, features

if TYPE_CHECKING:
    from ..activations.log_soft_max import LogSoftMax
    from ..activations.soft_max import SoftMax
    from ..activations.soft_min import SoftMin


def log_soft_max(table: Table, layer: LogSoftMax, x: Value) -> tuple[Value, Backward]:
    """Along the last axis."""
    expect_last(layer.axis, x)
    y, exponentials, sums = table.emit(o.log_soft_max, features(x))

    def backward(g: Value) -> Value:
        made = table.maker(g)
        if made is not None and made.operation is o.nll_back:  # of which each row has one number
            return table.emit(o.log_soft_max_nll_back, exponentials, sums, made.operands[0])  # type: ignore[no-any-return]
        h: Value = table.emit(o.log_soft_max_back, exponentials, sums, features(g))
        return h.reshape(*x.shape)

    return y.reshape(*x.shape), backward


def soft_max(table: Table, layer: SoftMax, x: Value) -> tuple[Value, Backward]:
    """Along the last axis."""
    expect_last(layer.axis, x)
    y: Value = table.emit(o.soft_max, features(x))
    return y.reshape(*x.shape), lambda g: table.emit(o.soft_max_back, y, features(g)).reshape(*x.shape)


def soft_min(table: Table, layer: SoftMin, x: Value) -> tuple[Value, Backward]:
    """Along the last axis: what `soft_max` makes of the negative, and its gradient with the other sign."""
    expect_last(layer.axis, x)
    y: Value = table.emit(o.soft_max, table.emit(o.scale_shift, features(x), scale=-1.0, shift=0.0))

    def backward(g: Value) -> Value:
        h: Value = table.emit(o.scale_shift, table.emit(o.soft_max_back, y, features(g)), scale=-1.0, shift=0.0)
        return h.reshape(*x.shape)

    return y.reshape(*x.shape), backward
