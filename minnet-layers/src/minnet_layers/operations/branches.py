"""The rows of what leaves its input as it is, and of what comes back to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minnet_core.compilation import Backward, NoOperationsError, Table, Value, chain, operations as o

if TYPE_CHECKING:
    from ..identity import Identity
    from ..residual import Residual


def identity(table: Table, layer: Identity, x: Value) -> tuple[Value, Backward]:
    """Nothing."""
    return x, lambda g: g


def residual(table: Table, block: Residual, x: Value) -> tuple[Value, Backward]:
    """Those of the modules, and a sum: of the input, and of the two gradients that come back to it."""
    y, through = chain(table, block.modules, x)
    if isinstance(y, tuple) or y.shape != x.shape:
        raise NoOperationsError(f"expected its modules to make {x.shape}, received {getattr(y, 'shape', 'a table')}")
    output: Value = table.emit(o.add, y.rows(), table.arranged(x, y).rows())

    def go_back(g: Value) -> Value | None:
        gradient = through(g)
        if gradient is None:
            return None
        both: Value = table.emit(o.add, table.arranged(gradient, g).rows(), g.rows())
        return both.like(g)

    return output.like(y), go_back
