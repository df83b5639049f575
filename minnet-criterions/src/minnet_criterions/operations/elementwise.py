"""How a loss of elements becomes an operation: by a function that computes it together with its gradient."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeAlias

from minnet_core import Array
from minnet_core.compilation import NoOperationsError, Table, Value, operations as o

from ..batch import mean_loss, share

Gradient: TypeAlias = Callable[[], Value]
"""Adds the rows of ``updateGradInput``."""

Losses: TypeAlias = Callable[[Array, Array, Array], Array]
"""Of an input and a target: returns the sums of each sample's losses, and writes the slopes into the last array."""


class HasMean(Protocol):
    """A criterion that divides by the batch, or by all elements."""

    mean: str


def elementwise(table: Table, criterion: HasMean, x: Value, target: Value, losses: Losses) -> tuple[Value, Gradient]:
    """The loss and its gradient, of rows and targets of their shape.

    Raises:
        NoOperationsError: if there are no such rows.
    """
    if len(x.shape) != 2 or target.shape != x.shape or target.dtype.kind not in "fbiu":
        raise NoOperationsError(f"expected a target like {x.shape} (batch, n), received {target.shape} {target.dtype}")
    mean, shape = criterion.mean, x.shape
    factor = share(mean, shape)

    def compute(input: Array, given: Array, h: Array) -> float:
        sums = losses(input, given, h)
        h *= factor
        return mean_loss(sums, mean, shape)

    gradient, loss = table.emit(o.elementwise_loss, x, target, compute=compute)
    return loss, lambda: gradient
