"""Arrays on their way into a callback of JAX, in pieces that cannot make it wait for itself.

JAX copies what a callback takes to the device once more, and does so at once only for less than 100 kB. A larger copy
waits for a thread of the pool in which the callback itself runs; where all of them run callbacks, as on one processor
the only one does, each waits for ever. https://github.com/jax-ml/jax/issues/25861 is of this kind.
"""

from __future__ import annotations

from typing import Any

import numpy as np

MOST = 64 * 1024
"""Bytes of a piece."""


def parted(array: Any) -> list[Any]:
    """Part an array of JAX in its order."""
    flat, step = array.reshape(-1), max(1, MOST // array.dtype.itemsize)
    return [flat[start : start + step] for start in range(0, flat.shape[0], step)]


def joined(pieces: list[Any], like: Any) -> Any:
    """Put pieces together on the host, in the shape and dtype of the array that they are of."""
    if not pieces:
        return np.zeros(like.shape, like.dtype)
    return np.concatenate([np.asarray(piece) for piece in pieces]).reshape(like.shape)
