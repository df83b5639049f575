"""Which numbers of an input may be chosen, where only its ``draw`` knows what an input is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from attrs import frozen

from ..nn import Array
from .numerics import is_floating, named_arrays

DRAWS, NUMBERS = 250, 2_000
"""How many inputs are drawn, or more until there are as many numbers: their standard errors are a 16th and less."""

CORRELATED = 0.4
"""More than the correlation of two numbers that do not depend on each other comes to, in six standard errors."""

NORMAL = (2.5, 3.5)
"""The kurtosis of normal numbers, 3, with four standard errors; that of uniform ones is 1.8."""


@frozen(eq=False)
class Freedom:
    """What the numbers of an array are, as far as many draws show.

    Attributes:
        is_free: each is drawn apart from the others, so that each may be chosen.
        is_real: they are normal as well, and so any number is among them.
        low: the least at each place.
        high: the largest at each place.
    """

    is_free: bool
    is_real: bool
    low: Array
    high: Array


def freedoms(draw: Callable[[np.random.Generator], Any]) -> list[Freedom]:
    """Find out, of each array of an input, which numbers it may hold.

    Whole numbers, such as masks, lengths and indices, and numbers that depend on each other, such as those of sorted or
    normalized rows, are not free.

    >>> drawn = freedoms(lambda rng: (rng.standard_normal((4, 3)), rng.uniform(-1, 1, 5), np.sort(rng.random((2, 3)))))
    >>> [(each.is_free, each.is_real) for each in drawn]
    [(True, True), (True, False), (False, False)]
    """
    rng = np.random.default_rng(0)
    first = draw(rng)
    fewest = min((array.size for _, array in named_arrays("", first)), default=1)
    inputs = [first, *(draw(rng) for _ in range(max(DRAWS, NUMBERS // max(fewest, 1))))]
    by_array = zip(*([array for _, array in named_arrays("", input)] for input in inputs), strict=True)
    return [_freedom(np.array(arrays)) for arrays in by_array]


def _freedom(drawn: Array) -> Freedom:
    """That of the array of which these are the draws."""
    low, high = drawn.min(axis=0), drawn.max(axis=0)
    numbers = drawn.reshape(len(drawn), -1)
    if not is_floating(drawn) or not np.isfinite(drawn).all() or (low == high).any() or (drawn % 1 == 0).all():
        return Freedom(False, False, low, high)
    standard = (numbers - numbers.mean(axis=0)) / numbers.std(axis=0)
    is_free = not (_are_correlated(standard[:, :64]) or _are_correlated(_standard(standard[:, :64] ** 2)))
    for rows in (drawn.reshape(-1, drawn.shape[-1]), numbers):
        for size in (rows.sum(axis=1), np.square(rows).sum(axis=1)):
            is_free = is_free and (rows.shape[1] == 1 or size.std() > 1e-3 * np.abs(rows).max())
    is_alike = np.ptp(numbers.mean(axis=0)) < numbers.std() and np.ptp(numbers.std(axis=0)) < numbers.std() / 2
    is_normal = NORMAL[0] < float(np.mean(standard**4)) < NORMAL[1] and abs(float(np.mean(standard**3))) < 0.5
    is_centred = abs(numbers.mean()) < numbers.std()
    return Freedom(bool(is_free), bool(is_free and is_alike and is_normal and is_centred), low, high)


def _standard(numbers: Array) -> Array:
    return np.asarray((numbers - numbers.mean(axis=0)) / (numbers.std(axis=0) + 1e-300))


def _are_correlated(standard: Array) -> bool:
    correlations = np.abs(standard.T @ standard) / len(standard)
    return bool((correlations - np.diag(np.diag(correlations)) > CORRELATED).any())
