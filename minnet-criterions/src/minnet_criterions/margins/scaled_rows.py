"""`scaled_rows`: vectors whose squares do not overflow."""

from __future__ import annotations

import numpy as np

from minnet_core import Array
from minnet_core.nn import axis_maxima

LARGE = 1e9
"""The square of this, a hundred million times over, still is a number in float32."""


def scaled_rows(x: Array) -> tuple[Array, Array]:
    """Return vectors as multiples of a size of each, and the sizes: 1, unless the square of a number might overflow.

    >>> scaled, sizes = scaled_rows(np.array([[3e200, 4e200]]))
    >>> scaled.tolist(), sizes.tolist()
    ([[0.75, 1.0]], [[4e+200]])
    """
    if not max(x.max(), -x.min()) > LARGE:
        return x, np.ones((1, 1), x.dtype)
    sizes = np.maximum(axis_maxima(np.abs(x)), 1)
    return x / sizes, sizes
