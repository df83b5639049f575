"""The number whose gradient backward computes."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from ..criterion import Criterion
from .tensors import map_arrays
from .trial import Batch, forward


def objective(component: Any, batch: Batch) -> float:
    """Compute the loss of a criterion, or the sum of a layer's output weighted by gradOutput.

    A copy computes it, so that a component that changes with every pass is the same each time.
    """
    output = forward(copy.deepcopy(component), batch)
    return float(output) if isinstance(component, Criterion) else weighted_sum(output, batch.second)


def magnitude(component: Any, batch: Batch) -> float:
    """Compute the size of the terms that `objective` sums, which says how much rounding to expect of it."""
    output = forward(copy.deepcopy(component), batch)
    if isinstance(component, Criterion):
        return abs(float(output))
    return weighted_sum(map_arrays(np.abs, output), map_arrays(np.abs, batch.second))


def weighted_sum(output: Any, weights: Any) -> float:
    """Sum the products of two tensors.

    >>> weighted_sum((np.ones(2), np.ones(3)), (np.ones(2), 2 * np.ones(3)))
    8.0
    """
    if isinstance(output, tuple):
        return sum(map(weighted_sum, output, weights))
    return float(np.sum(output * weights))
