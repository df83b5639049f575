"""Convolution of images and sequences in any memory order: what layers call, over the kernels of `patches`.

Arrays are ``(batch, channels, height, width)`` or ``(batch, channels, length)``; results lie in memory with the batch
innermost, as `memory_layout` says. What is computed in half precision is added in float32.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minnet_core import Array, ShapeError, expect_shape
from minnet_core.nn import accumulation_dtype, axis_sums, floating_dtype

from ..images import from_planes, to_planes
from .borders import put_borders, take_borders_back
from .footprint import Footprint
from .patches import correlate, correlation_weights, spread

AXES = {3: ("batch", "channels", "length"), 4: ("batch", "channels", "height", "width")}
"""Number of axes of images -> what they are called."""


def convolve(x: Array, W: Array, b: Array | None, footprint: Footprint, counts: tuple[int, ...] | None = None) -> Array:
    r"""Compute :math:`y_{noh} = b_o + \sum_{ci} W_{oci}\,x_{n,c,hs+id-p}`, and so for two axes.

    Args:
        x: images.
        W: ``(outputs, channels / groups, *kernel_size)``.
        b: ``(outputs,)``, or None.
        footprint: where the kernel lies.
        counts: lengths of the axes of the output, if not all that find room.
    """
    given, wide = _dtypes(x, W)
    planes, footprint = _padded(to_planes(x, wide), footprint)
    rows, columns = (counts if len(counts) == 2 else (1, *counts)) if counts else footprint.counts(planes.shape[1:3])
    y = correlate(planes, _images(W, wide), b, footprint, (rows, columns))
    return from_planes(y, x.ndim, given)


def convolve_back(g: Array, W: Array, footprint: Footprint, lengths: tuple[int, ...]) -> Array:
    """Compute the gradient of the images, of ``lengths``, from that of the output: what transposed convolution is too.

    Args:
        g: the gradient of the output.
        W: the weights.
        footprint: where the kernel lies.
        lengths: of the axes of the images.
    """
    given, wide = _dtypes(g, W)
    rows, columns = lengths if len(lengths) == 2 else (1, *lengths)
    if footprint.mode == "zeros":
        planes = spread(to_planes(g, wide), _images(W, wide), footprint, (rows, columns))
    else:
        (top, bottom), (left, right) = footprint.padding
        padded = (top + rows + bottom, left + columns + right)
        planes = spread(to_planes(g, wide), _images(W, wide), footprint.without_padding(), padded)
        planes = take_borders_back(planes, footprint.padding, footprint.mode)
    return from_planes(planes, g.ndim, given)


def convolve_weights(
    x: Array, g: Array, footprint: Footprint, shape: tuple[int, ...], has_bias: bool
) -> tuple[Array, Array | None]:
    """Compute the gradients of weights of a shape, and of the bias if there is one.

    Args:
        x: images.
        g: the gradient of the output.
        footprint: where the kernel lies.
        shape: of the weights.
        has_bias: whether there is a bias.
    """
    _, wide = _dtypes(x, g)
    planes, footprint = _padded(to_planes(x, wide), footprint)
    four = shape if len(shape) == 4 else (*shape[:2], 1, shape[2])
    weights, bias = correlation_weights(planes, to_planes(g, wide), footprint, four, has_bias)
    return weights.reshape(shape), bias


def channel_sums(g: Array) -> Array:
    """Sum over all axes but that of the channels: shape ``(batch, channels, ...)`` to ``(channels,)``."""
    _, wide = _dtypes(g, g)
    planes = to_planes(g, wide)
    return axis_sums(planes.reshape(len(planes), planes[0].size)).reshape(len(planes))


def output_shape(owner: object, input: Array, W: Array, footprint: Footprint) -> tuple[int, ...]:
    """Check the images that a convolution is given, and find the shape of its output.

    Raises:
        ShapeError: if they have other axes, another number of channels, or no room for the kernel.
    """
    shape: tuple[int, ...] = getattr(input, "shape", ())
    channels = W.shape[1] * footprint.groups
    if len(shape) != W.ndim or shape[1] != channels:
        expect_shape(owner, input, (AXES[W.ndim][0], channels, *AXES[W.ndim][2:]))
    lengths = (shape[2], shape[3]) if len(shape) == 4 else (1, shape[2])
    try:
        counts = footprint.counts(lengths)
        if footprint.mode != "zeros":
            footprint.expect_borders(lengths)
    except ShapeError as error:
        raise ShapeError(f"{owner}: {error}") from None
    return (shape[0], W.shape[0], *counts[4 - len(shape) :])


def _padded(planes: Array, footprint: Footprint) -> tuple[Array, Footprint]:
    """Images with the padding that is taken from them; zeros are put where they are needed."""
    if footprint.mode == "zeros":
        return planes, footprint
    return put_borders(planes, footprint.padding, footprint.mode), footprint.without_padding()


def _dtypes(a: Array, b: Array) -> tuple[np.dtype[Any], np.dtype[Any]]:
    """The dtype of results of two arrays, and the one that they are computed in."""
    if a.dtype == b.dtype and a.dtype.char in "fd" and a.dtype.isnative:  # nearly always
        return a.dtype, a.dtype
    given = np.result_type(floating_dtype(a), b.dtype)
    return given, accumulation_dtype(np.empty(0, given))


def _images(W: Array, dtype: np.dtype[Any]) -> Array:
    """The weights of sequences as those of images of one row."""
    images = W[:, :, np.newaxis] if W.ndim == 3 else W
    return images if W.dtype is dtype else images.astype(dtype, copy=False)
