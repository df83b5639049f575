"""How many samples a criterion divides by."""

from __future__ import annotations

from minnet_core import Array, ShapeError
from minnet_core.nn import describe


def batch_size(owner: object, input: Array) -> int:
    """Return the number of samples, which a criterion divides by.

    Raises:
        ShapeError: if there are none, or ``input`` has no axis for them.

    >>> import numpy as np
    >>> batch_size("MSECriterion", np.zeros((0, 3)))
    Traceback (most recent call last):
    ...
    minnet_core.errors.ShapeError: MSECriterion: expected input of one sample or more, received (0, 3) float64
    """
    if not getattr(input, "shape", None) or not input.shape[0]:
        raise ShapeError(f"{owner}: expected input of one sample or more, received {describe(input)}")
    return len(input)
