"""The operations that losses of numbers stand for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from minnet_core.compilation import NoOperationsError, Table, Value, operations as o

if TYPE_CHECKING:
    from ..regression import MSECriterion

Gradient: TypeAlias = Callable[[], Value]


def mse_criterion(table: Table, criterion: MSECriterion, x: Value, target: Value) -> tuple[Value, Gradient]:
    """The difference, and its square."""
    if target.shape != x.shape or target.dtype != x.dtype:
        raise NoOperationsError(f"expected a target like {x.shape} {x.dtype}, received {target.shape} {target.dtype}")
    if len(x.shape) != 2:
        raise NoOperationsError(f"expected an input of two dimensions, received {x.shape}")
    if criterion.mean != "batch":
        raise NoOperationsError("it divides by all elements")
    gradient, loss = table.emit(o.mse, x, target)
    return loss, lambda: gradient
