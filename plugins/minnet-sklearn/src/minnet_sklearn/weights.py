"""How much each sample counts: what the caller says, times what its class is given."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Real
from typing import Any

import numpy as np
from sklearn.utils import check_array

from minnet_core import Array


def checked_weights(sample_weight: Any, rows: int) -> Array | None:
    """Check the weights of samples.

    Args:
        sample_weight: a number for each sample, one for all, or None.
        rows: how many samples there are.

    Returns:
        Float64 (rows,); None if all count alike.

    Raises:
        ValueError: if they are of another shape, one or their sum is not finite, one is below 0, or none is above 0.
    """
    if sample_weight is None or np.isscalar(sample_weight):
        weights = np.full(rows, 1.0 if sample_weight is None else sample_weight, np.float64)
    else:
        weights = check_array(
            sample_weight, accept_sparse=False, ensure_2d=False, dtype=np.float64, input_name="sample_weight"
        )
    if weights.ndim != 1:
        raise ValueError(f"Sample weights must be 1D array or scalar, received {weights.ndim} dimensions")
    if weights.shape != (rows,):
        raise ValueError(f"sample_weight.shape == {weights.shape}, expected ({rows},)!")
    if (weights < 0).any():
        raise ValueError(f"Negative values in data passed to sample_weight: {weights[weights < 0][0]}")
    with np.errstate(over="ignore"):
        total = weights.sum()
    if not np.isfinite(total):
        raise ValueError(f"sample_weight: expected finite weights with a finite sum, received the sum {total}")
    if not weights.any():
        raise ValueError(
            "sample_weight: expected a weight above 0, received only zeros; Sample weights must contain "
            "at least one non-zero number."
        )
    return none_if_uniform(weights)


def none_if_uniform(weights: Array) -> Array | None:
    """Return weights; None if all are the same, for then they say nothing."""
    return None if (weights == weights[0]).all() else weights


def with_class_weights(weights: Array | None, class_weight: Any, classes: Array, labels: Array) -> Array | None:
    """Multiply weights by those of the classes.

    ``"balanced"`` gives each class that is there the same sum of weights, whatever its samples weigh, so that a sample
    of weight 2 is as good as two samples here too.

    Args:
        weights: of the samples, or None.
        class_weight: ``"balanced"``, a mapping from classes to weights (1 for those that are left out), or None. As in
            scikit-learn, it may have more classes, if it leaves none out: the samples may be a part of others.
        classes: of all samples there may be.
        labels: the index of the class of each sample.

    Raises:
        ValueError: if ``class_weight`` is something else, a weight of a class is not finite or below 0, the sum of
            those of samples is not finite, or no sample has a weight above 0.
    """
    if class_weight is None:
        return weights
    own = np.ones(len(labels)) if weights is None else weights
    if isinstance(class_weight, str):
        if class_weight != "balanced":
            raise ValueError(f"class_weight: expected 'balanced', a dict or None, received {class_weight!r}")
        sums = np.bincount(labels, own, len(classes))  # one after another: weights of 0 change no bit
        factors = sums.sum() / (np.count_nonzero(sums) * np.where(sums > 0, sums, np.inf))
    elif isinstance(class_weight, Mapping):
        factors = _factors(class_weight, classes)
    else:
        raise ValueError(f"class_weight: expected 'balanced', a dict or None, received {class_weight!r}")
    with np.errstate(over="ignore"):
        weighted: Array = own * factors[labels]
        total = weighted.sum()
    if not np.isfinite(total):
        raise ValueError(f"class_weight: expected weights of samples with a finite sum, received {class_weight!r}")
    if not weighted.any():
        raise ValueError(f"class_weight: expected a sample of weight above 0, received only zeros by {class_weight!r}")
    return none_if_uniform(weighted)


def _factors(class_weight: Mapping[Any, Any], classes: Array) -> Array:
    of_classes = classes.tolist()
    others = [each for each in class_weight if each not in of_classes]
    if others and not set(of_classes) <= class_weight.keys():
        raise ValueError(f"class_weight: expected weights of the classes {classes}, received one for {others[0]!r}")
    factors = [class_weight.get(each, 1.0) for each in of_classes]
    for each in factors:
        if not isinstance(each, Real) or not 0 <= float(each) < np.inf:
            raise ValueError(f"class_weight: expected finite weights of 0 or more, received {class_weight!r}")
    return np.array(factors, np.float64)
