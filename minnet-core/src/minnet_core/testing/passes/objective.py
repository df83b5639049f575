"""The number whose gradient backward computes."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from ...nn import Criterion
from ..numerics import largest, map_arrays, named_arrays
from .batch import Batch
from .passes import forward


def objective(component: Any, batch: Batch) -> float:
    """Compute the loss of a criterion, or the sum of a layer's output weighted by gradOutput.

    A copy computes it, so that a component that changes with every pass is the same each time.
    """
    output = forward(copy.deepcopy(component), batch)
    return float(output) if isinstance(component, Criterion) else weighted_sum(output, batch.second)


def magnitude(component: Any, batch: Batch) -> float:
    """Compute the size of the terms that `objective` sums, which says how much rounding to expect of it.

    A loss may have cancelled terms of the size of its input; a gradient may be right to a rounding of gradOutput alone.
    """
    output = forward(copy.deepcopy(component), batch)
    if isinstance(component, Criterion):
        return abs(float(output)) + max(largest(array) for _, array in named_arrays("", batch.input))
    terms = weighted_sum(map_arrays(np.abs, output), map_arrays(np.abs, batch.second))
    return terms + 1e-4 * max(largest(array) for _, array in named_arrays("", batch.second))


def weighted_sum(output: Any, weights: Any) -> float:
    """Sum the products of two tensors.

    >>> weighted_sum((np.ones(2), np.ones(3)), (np.ones(2), 2 * np.ones(3)))
    8.0
    """
    if isinstance(output, tuple):
        return sum(map(weighted_sum, output, weights))
    return float(np.sum(output * weights))
