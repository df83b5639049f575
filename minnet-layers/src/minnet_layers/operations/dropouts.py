"""The rows of what drops at random."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minnet_core.compilation import Backward, NoOperationsError, Table, Value, operations as o

if TYPE_CHECKING:
    from ..dropout import Dropout


def dropout(table: Table, layer: Dropout, x: Value) -> tuple[Value, Backward]:
    """Drop what is not drawn, in training mode."""
    if not layer.training:
        return x, lambda g: g
    if layer.p == 1:
        raise NoOperationsError("it drops everything")
    if x.planes is not None:
        raise NoOperationsError("its input lies in memory with the batch innermost, and it draws in another order")
    flat = x.rows()
    keep = table.emit(o.draw_keep, flat, rng=layer.rng, p=layer.p)
    scale = 1 / (1 - layer.p)
    y: Value = table.emit(o.drop, flat, keep, scale=scale)
    return y.reshape(*x.shape), lambda g: table.emit(o.drop, g.rows(), keep, scale=scale).reshape(*x.shape)
