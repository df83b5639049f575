"""Kernels of images whose pixels are those of another image, some of them often: enlarged, or mirrored at the edges.

One axis is done after the other. What is a copy forward is a sum over all copies backward; both are those of `Along`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from minnet_core import Array
from minnet_core.nn import accumulation_dtype

from .along import Along, spread_along, sums_along


def resample(x: Array, sources: Sequence[Along]) -> Array:
    """Copy to each pixel its source; any dtype.

    >>> import numpy as np
    >>> resample(np.array([[[1, 2, 3]]]), [mirrored(3, 2, 0)])
    array([[[3, 2, 1, 2, 3]]])
    """
    copied = x
    for axis, along in enumerate(sources, 2):
        copied = spread_along(copied, axis, along, x)
    return copied


def gradient_to_resampled(g: Array, sources: Sequence[Along]) -> Array:
    """Sum the gradients of all copies of each pixel; half precision in float32.

    >>> import numpy as np
    >>> gradient_to_resampled(np.array([[[1.0, 2.0, 3.0, 4.0, 5.0]]]), [mirrored(3, 2, 0)])
    array([[[3., 6., 6.]]])
    """
    gradient = g.astype(accumulation_dtype(g), copy=False)
    for axis, along in reversed(list(enumerate(sources, 2))):
        gradient = sums_along(gradient, axis, along)
    return gradient.astype(g.dtype, copy=False)


@lru_cache(maxsize=256)
def mirrored(length: int, before: int, after: int) -> Along:
    """Find the sources of an axis that is continued as by mirrors on its ends; negative lengths cut it.

    >>> mirrored(4, 3, 0).pairs
    ((slice(0, 4, 1), slice(3, None, -1)), (slice(4, 7, 1), slice(1, 4, 1)))
    """
    last = length - 1
    return Along.of_sources((last - abs(last - abs(place)) for place in range(-before, length + after)), length)


@lru_cache(maxsize=256)
def nearest(length: int, count: int, scale: float) -> Along:
    """Find the sources of an axis of ``count`` places that is enlarged: place ``o`` has that at ``o * scale``.

    The product is rounded to float32, as PyTorch's is, so that the two agree where it is almost a whole number; and as
    there, an axis that becomes as long or twice as long is one of equal steps whatever was said of the scale.

    >>> nearest(2, 4, 0.4).pairs
    ((slice(0, 3, 2), slice(0, 2, 1)), (slice(1, 4, 2), slice(0, 2, 1)))
    """
    if count in (length, 2 * length):
        scale = length / count
    places = np.floor(np.arange(count, dtype=np.float32) * np.float32(scale)).astype(int)
    return Along.of_sources(np.minimum(places, length - 1).tolist(), length)


class Blend(NamedTuple):
    """Along one axis, what each place is blended of.

    Attributes:
        lower, upper: the two sources of each place.
        weight: of the upper one, float64; that of the lower one is what is left of 1.
    """

    lower: Along
    upper: Along
    weight: Array


def blend(x: Array, sources: Sequence[Blend]) -> Array:
    """Blend each pixel of its sources; half precision in float32.

    >>> import numpy as np
    >>> blend(np.array([[[1.0, 5.0]]]), [linear(2, 4, 0.5, False)])
    array([[[1., 2., 4., 5.]]])
    """
    blended = x.astype(accumulation_dtype(x), copy=False)
    for axis, (lower, upper, weight) in enumerate(sources, 2):
        above, below = _weights(weight, blended, axis)
        more = spread_along(blended, axis, upper, x)
        more *= above
        blended = spread_along(blended, axis, lower, x)
        blended *= below
        blended += more
    return blended.astype(x.dtype, copy=False)


def gradient_to_blended(g: Array, sources: Sequence[Blend]) -> Array:
    """Sum the gradients of all places that a pixel is blended into, by its weights there.

    >>> import numpy as np
    >>> gradient_to_blended(np.array([[[1.0, 2.0, 4.0, 8.0]]]), [linear(2, 4, 0.5, False)])
    array([[[ 3.5, 11.5]]])
    """
    gradient = g.astype(accumulation_dtype(g), copy=False)
    for axis, (lower, upper, weight) in reversed(list(enumerate(sources, 2))):
        above, below = _weights(weight, gradient, axis)
        more = sums_along(gradient * above, axis, upper)
        gradient = sums_along(gradient * below, axis, lower)
        gradient += more
    return gradient.astype(g.dtype, copy=False)


def _weights(weight: Array, x: Array, axis: int) -> tuple[Array, Array]:
    weight = weight.reshape(-1, *[1] * (x.ndim - 1 - axis))
    return weight.astype(x.dtype), (1 - weight).astype(x.dtype)


@lru_cache(maxsize=256)
def linear(length: int, count: int, scale: float, align_corners: bool) -> Blend:
    """Find the sources of an axis of ``count`` places that is enlarged, and their weights.

    Pixels are squares whose centres are 1 apart, so place ``o`` is at ``(o + 0.5) * scale - 0.5``, but not outside the
    centres of the first and the last one; or, with ``align_corners``, these two are at the ends of both axes.
    An axis that becomes as long stays as it is, as PyTorch's, whatever was said of the scale.
    """
    if count == length:
        scale = 1.0
    if align_corners:
        places = np.linspace(0, length - 1, count) if count > 1 else np.zeros(1)
    else:
        places = np.maximum((np.arange(count) + 0.5) * scale - 0.5, 0)
    lower = np.minimum(np.floor(places).astype(int), length - 1)
    upper = np.minimum(lower + 1, length - 1)
    weight = np.clip(places - lower, 0, 1)
    return Blend(Along.of_sources(lower.tolist(), length), Along.of_sources(upper.tolist(), length), weight)
