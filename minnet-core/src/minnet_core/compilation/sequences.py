"""Modules one after another in a table of operations: those of `Sequential`, and of what runs some inside."""

from __future__ import annotations

from collections.abc import Iterable

from ..nn import Module, Sequential
from .errors import NoOperationsError
from .table import Backward, Table
from .value import Value


def chain(table: Table, modules: Iterable[Module], x: Value) -> tuple[Value, Backward]:
    """Add the rows of modules, each of which takes what the one before makes, be it a table.

    Returns:
        The output of the last, or ``x`` if there are none, and what adds the rows of their backward passes, back to the
        first that nothing trained comes before: from there on the gradient is None.
    """
    backwards: list[Backward] = []
    for module in modules:
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


def sequential(table: Table, sequence: Sequential, x: Value) -> tuple[Value, Backward]:
    """Flatten a sequence into the table."""
    if not sequence.modules:
        raise NoOperationsError("it has no modules")
    return chain(table, sequence.modules, x)
