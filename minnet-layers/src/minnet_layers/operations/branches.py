"""The rows of what leaves its input as it is, and of what comes back to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minnet_core.compilation import Backward, NoOperationsError, Table, Value, operations as o

if TYPE_CHECKING:
    from ..identity import Identity
    from ..residual import Residual


def identity(table: Table, layer: Identity, x: Value) -> tuple[Value, Backward]:
    """Nothing."""
    return x, lambda g: g


def residual(table: Table, block: Residual, x: Value) -> tuple[Value, Backward]:
    """Those of the modules, and a sum: of the input, and of the two gradients that come back to it."""
    y = x
    backwards: list[Backward] = []
    for module in block.modules:
        y, backward = table.module(module, y, takes_table=True)
        backwards.append(backward)
    if isinstance(y, tuple) or y.shape != x.shape:
        raise NoOperationsError(f"expected its modules to make {x.shape}, received {getattr(y, 'shape', 'a table')}")
    output: Value = table.emit(o.add, y.rows(), table.arranged(x, y).rows())

    def go_back(g: Value) -> Value | None:
        gradient: Value | None = g
        for backward in reversed(backwards):
            if gradient is None:
                return None
            gradient = backward(gradient)
        if gradient is None:
            return None
        both: Value = table.emit(o.add, table.arranged(gradient, g).rows(), g.rows())
        return both.like(g)

    return output.like(y), go_back
