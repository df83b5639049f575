"""The operations of `Sequential`: those of its modules, one after another."""

from __future__ import annotations

from ..nn import Sequential
from .errors import NoOperationsError
from .table import Backward, Table
from .value import Value


def sequential(table: Table, sequence: Sequential, x: Value) -> tuple[Value, Backward]:
    """Flatten a sequence into the table."""
    if not sequence.modules:
        raise NoOperationsError("it has no modules")
    backwards: list[Backward] = []
    for module in sequence.modules:
        x, backward = table.module(module, x, takes_table=True)
        backwards.append(backward)

    def go_back(g: Value) -> Value | None:
        gradient: Value | None = g
        for backward in reversed(backwards):
            if gradient is None:
                return None
            gradient = backward(gradient)
        return gradient

    return x, go_back
