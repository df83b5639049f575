"""Losses, averaged over the batch, and their gradients."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from ...nn import Array
from ..definition import Call, Late, deferred, operation
from ..scratch import Scratch


@operation("(n,m),(n)->(),(n)", takes_late=True, dtypes={"chosen": np.int64})
def nll(
    x: Array,
    classes: Array | Late,
    loss: Array,
    chosen: Array,
    *,
    refuse: Callable[[Array, Array], object],
    scratch: Scratch,
) -> list[Call]:
    """``loss = -sum(x[i, classes[i]]) / n``; keeps the flat indices of what was chosen.

    ``refuse`` raises for a class that is none of the ``m``, before anything is computed.
    """
    n, m = x.shape
    starts, flat, numbers = np.arange(0, n * m, m), x.reshape(-1), scratch((n,), x.dtype)
    unsigned = chosen.view(np.uint64)  # where -1 is the largest number of all

    def check(given: Array) -> None:
        np.copyto(chosen, given, casting="unsafe")
        if np.maximum.reduce(unsigned) >= m:
            refuse(x, given)

    return [
        deferred(check, classes),
        partial(np.add, chosen, starts, chosen),
        partial(flat.take, chosen, None, numbers, "clip"),
        partial(np.dot, numbers, scratch.filled(-1 / n, n, x.dtype), loss),
    ]


@operation("(n),(n,m)->(n,m)")
def nll_back(chosen: Array, x: Array, h: Array) -> list[Call]:
    """The gradient of `nll`: ``-1 / n`` where a class was chosen, elsewhere 0."""
    flat, value = h.reshape(-1), -1 / len(h)
    return [partial(h.fill, 0), partial(flat.__setitem__, chosen, value)]


@operation("(n,m),(n,m)->()", takes_late=True)
def weighted_nll(x: Array, weights: Array | Late, loss: Array, *, total: Callable[[Array, Array], float]) -> list[Call]:
    """``loss = -sum(weights x) / n``; ``total`` is the sum, in which a weight of 0 takes no infinity in."""

    def compute(given: Array) -> None:
        loss[()] = -total(given, x) / len(x)

    return [deferred(compute, weights)]


@operation("(n,m)->(n,m)", takes_late=True)
def weighted_nll_back(weights: Array | Late, h: Array) -> list[Call]:
    """The gradient of `weighted_nll`: ``-weights / n``."""
    factor = h.dtype.type(-1 / len(h))

    def scale(given: Array) -> None:
        np.multiply(given, factor, h, casting="unsafe")

    return [deferred(scale, weights)]


@operation("(n,m),(n,m)->(n,m),()", takes_late=True)
def mse(x: Array, target: Array | Late, h: Array, loss: Array) -> list[Call]:
    """``loss = sum((x - target)^2) / n``, and its gradient ``h = 2 (x - target) / n``."""
    n = len(x)
    factor = h.dtype.type(2 / n)

    def subtract(given: Array) -> None:
        np.subtract(x, given.reshape(x.shape), h)

    def total() -> None:
        loss[()] = np.vdot(h, h) / n

    return [deferred(subtract, target), total, partial(np.multiply, h, factor, h)]
