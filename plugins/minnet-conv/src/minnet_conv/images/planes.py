"""Images with the batch innermost: how they lie in memory between the layers of convolutional networks.

An image is ``(batch, channels, height, width)`` to whoever calls a layer. In memory the results of convolutions are
``(channels, height, width, batch)``: views of such arrays, which the next layer finds as they are.
So a shift by a pixel is a shift by a whole batch, every copy and every elementwise operation runs over long pieces, and
no layer need copy what another has made.
Of a single image both are the same, and nothing is ever moved.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minnet_core import Array


def to_planes(x: Array, dtype: np.dtype[Any]) -> Array:
    """Return images, or sequences, as a contiguous ``(channels, height, width, batch)``; a copy only if need be.

    >>> import numpy as np
    >>> to_planes(np.zeros((2, 3, 4, 5)), np.dtype("float32")).shape
    (3, 4, 5, 2)
    """
    if x.ndim == 3:
        x = x[:, :, np.newaxis]
    return np.ascontiguousarray(x.transpose(1, 2, 3, 0), dtype)


def from_planes(planes: Array, ndim: int, dtype: np.dtype[Any]) -> Array:
    """Return ``(channels, height, width, batch)`` as images, or sequences if of 3 axes; no number moves."""
    x = planes.transpose(3, 0, 1, 2)
    if dtype is not planes.dtype:
        x = x.astype(dtype, copy=False)
    return x[:, :, 0] if ndim == 3 else x
