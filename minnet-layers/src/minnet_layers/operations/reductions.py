"""The rows of sums and means along the last axis: products with a column of ones, or of shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from minnet_core.compilation import Backward, NoOperationsError, Table, Value, operations as o

from .features import expect_last, features

if TYPE_CHECKING:
    from ..reductions import Mean, Sum


def mean(table: Table, layer: Mean, x: Value) -> tuple[Value, Backward]:
    """Along the last axis."""
    return _weighted(table, layer, x, 1 / x.shape[-1])


def sum(table: Table, layer: Sum, x: Value) -> tuple[Value, Backward]:
    """Along the last axis."""
    return _weighted(table, layer, x, 1.0)


def _weighted(table: Table, layer: Mean | Sum, x: Value, weight: float) -> tuple[Value, Backward]:
    if len(x.shape) < 2:
        raise NoOperationsError(f"expected an input of two dimensions or more, received {x.shape}")
    expect_last(layer.axis, x)
    weights = table.array(np.full((x.shape[-1], 1), weight, table.dtype))
    y: Value = table.emit(o.product, features(x), weights)
    shape = (*x.shape[:-1], 1) if layer.keepdims else x.shape[:-1]

    def backward(g: Value) -> Value:
        h: Value = table.emit(o.product, g.reshape(*y.shape), weights.T)
        return h.reshape(*x.shape)

    return y.reshape(*shape), backward
