"""Images with the batch innermost in memory, as the kernels take them: laid so in C."""

from __future__ import annotations

import numpy as np

from minnet_core import Array

from .. import kernels

LEAST_BATCH = 16
"""Samples that fill a vector, of whatever variant: with fewer, gradients are faster in NumPy."""


def planes(x: Array) -> Array | None:
    """Lay images with the batch innermost, by a copy if need be; None for what is none of float32."""
    if type(x) is not np.ndarray or x.dtype != np.float32 or x.ndim not in (3, 4):
        return None
    if x.ndim == 3:
        x = x[:, :, np.newaxis]
    if x.flags.c_contiguous and len(x) > 1:
        turned = kernels.transposed(x.reshape(len(x), -1)) if x.size else None
        if turned is not None:
            return turned.reshape(*x.shape[1:], len(x))
    return np.ascontiguousarray(x.transpose(1, 2, 3, 0))


def arranged(x: Array) -> Array:
    """Return images with the batch innermost in memory, for NumPy, which takes longer to lay them so, or does not.

    What is none of float32, and of few samples, whose rows are short either way, stays as it is.
    """
    laid = planes(x) if getattr(x, "ndim", 0) and len(x) >= LEAST_BATCH else None
    return x if laid is None else images(laid, x.ndim)


def images(planes: Array, ndim: int) -> Array:
    """View what a kernel has written as images, or sequences if of 3 axes."""
    x: Array = planes.transpose(3, 0, 1, 2)
    return x[:, :, 0] if ndim == 3 else x


def weights(W: Array) -> Array:
    """View the weights of a convolution as those of images, of one row for sequences."""
    return W[:, :, np.newaxis] if W.ndim == 3 else W


def outline(input: Array) -> Array:
    """What tells the shape and the order of `arranged` images, and holds none, where nothing else is read of them."""
    if getattr(input, "ndim", 0) != 4 or len(input) < LEAST_BATCH or input.dtype != np.float32:
        return input
    return images(np.empty((*input.shape[1:], len(input)), np.float32), 4)
