"""What criterions expect of their arguments."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from minnet_core import Array


def fraction(owner: str, name: str, value: float) -> float:
    """Return a constructor argument as a float from 0 to 1.

    Raises:
        ValueError: if it is outside.

    >>> fraction("CrossEntropyCriterion", "label_smoothing", 1.5)
    Traceback (most recent call last):
    ...
    ValueError: CrossEntropyCriterion: expected label_smoothing from 0 to 1, received 1.5
    """
    number = float(value)
    if not 0 <= number <= 1:
        raise ValueError(f"{owner}: expected {name} from 0 to 1, received {value!r}")
    return number


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
