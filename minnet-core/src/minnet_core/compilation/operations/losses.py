"""Losses, averaged over the batch, and their gradients."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from ...nn import Array, exp_minus_abs, sigmoid
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


@operation("(n,m),(n)->(),(n),(n)", takes_late=True, dtypes={"chosen": np.int64})
def kept_nll(
    x: Array,
    classes: Array | Late,
    loss: Array,
    chosen: Array,
    shares: Array,
    *,
    ignored: int,
    refuse: Callable[[Array, Array], object],
    scratch: Scratch,
) -> list[Call]:
    """``loss = -sum(x[i, classes[i]] shares[i])``: `nll` with equal shares of all rows but those of class ``ignored``.

    An ignored row has the share 0, and stands for its first class.
    """
    n, m = x.shape
    starts, flat, numbers = np.arange(0, n * m, m), x.reshape(-1), scratch((n,), x.dtype)
    unsigned = chosen.view(np.uint64)

    def check(given: Array) -> None:
        np.copyto(chosen, given, casting="unsafe")
        if np.maximum.reduce(unsigned) < m and not 0 <= ignored < m:
            shares.fill(1 / n)
            return
        is_ignored = given == ignored
        if ((unsigned >= m) & ~is_ignored).any():
            refuse(x, given)
        chosen[is_ignored] = 0
        np.divide(~is_ignored, max(1, n - np.count_nonzero(is_ignored)), out=shares, casting="unsafe")

    def add() -> None:
        loss[()] = -np.dot(numbers[shares > 0], shares[shares > 0])

    return [
        deferred(check, classes),
        partial(np.add, chosen, starts, chosen),
        partial(flat.take, chosen, None, numbers, "clip"),
        add,
    ]


@operation("(n,m),(n),(n),(n)->(n,m)", over="exponentials")
def log_soft_max_kept_nll_back(
    exponentials: Array, sums: Array, chosen: Array, shares: Array, h: Array, *, scratch: Scratch
) -> list[Call]:
    """The gradient of `kept_nll` of `log_soft_max`: ``h = exponentials shares / sums``, less shares where one was."""
    numbers, flat = scratch((len(h),), h.dtype), h.reshape(-1)

    def subtract() -> None:
        flat[chosen] -= shares

    return [
        partial(np.divide, shares, sums, numbers),
        partial(np.multiply, exponentials, numbers[:, np.newaxis], h),
        subtract,
    ]


@operation("(n,m),(n,m)->(n,m),()", takes_late=True)
def bce_with_logits(x: Array, target: Array | Late, h: Array, loss: Array, *, share: float) -> list[Call]:
    """``loss = share sum(log(1 + exp(-abs(x))) + max(x, 0) - target x)``; ``h = share (sigmoid(x) - target)``."""

    def compute(given: Array) -> None:
        t = given.astype(x.dtype, copy=False)
        losses = np.log1p(exp_minus_abs(x))
        losses -= t * np.minimum(x, 0)
        losses += (1 - t) * np.maximum(x, 0)
        loss[()] = losses.sum(dtype=np.float64) * share
        np.subtract(sigmoid(x), t, h)

    return [deferred(compute, target), partial(np.multiply, h, h.dtype.type(share), h)]


@operation("(n,m),(n,m)->(n,m),()", takes_late=True)
def elementwise_loss(
    x: Array, target: Array | Late, h: Array, loss: Array, *, compute: Callable[[Array, Array, Array], float]
) -> list[Call]:
    """``loss = compute(x, target, h)``, which writes the gradient into ``h``: what both need is computed once."""

    def run(given: Array) -> None:
        loss[()] = compute(x, given.astype(x.dtype, copy=False), h)

    return [deferred(run, target)]
