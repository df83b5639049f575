"""The operations that the criterions stand for in a table (`minnet_core.compile`).

Each function adds the rows of ``updateOutput``, and returns the loss and what adds those of ``updateGradInput``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from minnet_core.compilation import NoOperationsError, Table, Value, operations as o

from .targets import weighted_sum

if TYPE_CHECKING:
    from .class_nll_criterion import ClassNLLCriterion
    from .mse_criterion import MSECriterion

Gradient: TypeAlias = Callable[[], Value]


def class_nll_criterion(table: Table, criterion: ClassNLLCriterion, x: Value, target: Value) -> tuple[Value, Gradient]:
    """Of class indices, or of weights; a class that there is not is refused by the criterion."""
    if len(x.shape) == 2 and target.shape == x.shape and target.dtype.kind in "fbiu":
        loss = table.emit(o.weighted_nll, x, target, total=weighted_sum)
        return loss, lambda: table.emit(o.weighted_nll_back, target)
    if len(x.shape) != 2 or target.shape != x.shape[:1] or target.dtype.kind not in "iu":
        raise NoOperationsError(f"expected a target that fits {x.shape}, received {target.shape} {target.dtype}")
    loss, chosen = table.emit(o.nll, x, target, refuse=criterion.updateOutput)
    return loss, lambda: table.emit(o.nll_back, chosen, x)


def mse_criterion(table: Table, criterion: MSECriterion, x: Value, target: Value) -> tuple[Value, Gradient]:
    """The difference, and its square."""
    if target.shape != x.shape or target.dtype != x.dtype:
        raise NoOperationsError(f"expected a target like {x.shape} {x.dtype}, received {target.shape} {target.dtype}")
    if len(x.shape) != 2:
        raise NoOperationsError(f"expected an input of two dimensions, received {x.shape}")
    gradient, loss = table.emit(o.mse, x, target)
    return loss, lambda: gradient
