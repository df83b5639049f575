"""How far outputs are from values."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, expect_shape


def differences(owner: object, outputs: Array, targets: Array) -> Array:
    """Return outputs minus targets in float64, so that sums of many do not lose what single ones have.

    Raises:
        ShapeError: if they differ in shape.

    >>> differences("MSE", np.ones((1, 2), np.float32), np.zeros((1, 2), np.float32))
    array([[1., 1.]])
    """
    expect_shape(owner, targets, outputs.shape, "target")
    difference: Array = np.subtract(outputs, targets, dtype=np.float64)
    return difference
