"""What criterions divide by, and weights of classes and elements."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from minnet_core import Array, ShapeError
from minnet_core.nn import describe


def mean_over(owner: str, mean: str) -> str:
    """Return what a criterion's sum is divided by: the samples of the ``"batch"``, or all ``"elements"``.

    Raises:
        ValueError: if it is neither.

    >>> mean_over("MSECriterion", "features")
    Traceback (most recent call last):
    ...
    ValueError: MSECriterion: expected mean 'batch' or 'elements', received 'features'
    """
    if mean not in ("batch", "elements"):
        raise ValueError(f"{owner}: expected mean 'batch' or 'elements', received {mean!r}")
    return mean


def weights_of(owner: str, name: str, value: npt.ArrayLike | None) -> Array | None:
    """Return weights as an array of float64, or None.

    Raises:
        ValueError: unless they are finite, and 0 or more.

    >>> weights_of("BCEWithLogitsCriterion", "pos_weight", [2, -1])
    Traceback (most recent call last):
    ...
    ValueError: BCEWithLogitsCriterion: expected pos_weight that are finite and 0 or more, received -1.0
    """
    if value is None:
        return None
    weights = np.array(value, np.float64)
    wrong = weights[~(np.isfinite(weights) & (weights >= 0))]
    if wrong.size:
        raise ValueError(f"{owner}: expected {name} that are finite and 0 or more, received {wrong[0]}")
    return weights


def weight_vector(owner: str, name: str, value: npt.ArrayLike | None) -> Array | None:
    """Return the weights of classes as a vector of float64, or None.

    Raises:
        ValueError: unless they are one or more numbers in a row, finite, and 0 or more.

    >>> weight_vector("CrossEntropyCriterion", "weights", [[1, 2]])
    Traceback (most recent call last):
    ...
    ValueError: CrossEntropyCriterion: expected weights (classes,), received (1, 2)
    """
    weights = weights_of(owner, name, value)
    if weights is not None and (weights.ndim != 1 or not weights.size):
        raise ValueError(f"{owner}: expected {name} (classes,), received {weights.shape}")
    return weights


def expect_broadcast(owner: object, name: str, weights: Array | None, input: Array) -> None:
    """Check that weights, if there are any, are broadcast to the shape of an input.

    Raises:
        ShapeError: if they would have more axes, or other lengths.

    >>> expect_broadcast("MSE", "weights", np.ones(2), np.ones((4, 3)))
    Traceback (most recent call last):
    ...
    minnet_core.errors.ShapeError: MSE: expected weights (2,) to be broadcast to the input, received (4, 3) float64
    """
    if weights is None:
        return
    pairs = zip(reversed(weights.shape), reversed(input.shape), strict=False)
    if weights.ndim > input.ndim or not all(length in (1, other) for length, other in pairs):
        raise ShapeError(
            f"{owner}: expected {name} {weights.shape} to be broadcast to the input, received {describe(input)}"
        )
