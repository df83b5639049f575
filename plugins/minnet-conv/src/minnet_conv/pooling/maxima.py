"""Kernels of maximum pooling: the largest number of each window, and the gradient to where it was.

Times are of one thread of one machine, so it is their ratio that counts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np

from minnet_core import Array
from minnet_core.nn import accumulation_dtype

from ..images import beside, copied_beside, empty_beside, zeros_beside
from .windows import Position, Windows

_INTEGERS = {2: np.int16, 4: np.int32, 8: np.int64}

_Stays: TypeAlias = Callable[[Array, Array], Array]
"""Whether what is left of the gradients stays here: of the numbers that a position meets, and the maxima."""


def window_maxima(x: Array, windows: Windows, counts: tuple[int, ...]) -> Array:
    """Find the largest number of each window, nan if there is one; padding does not take part.

    A window that meets only padding, as those of a large dilation can, has the maximum of nothing: minus infinity.

    Args:
        x: the input, floating.
        windows: where to look.
        counts: how many windows there are along each axis.

    >>> import numpy as np
    >>> windows = Windows.of_arguments("", 1, 2, None, 0, 1, False)
    >>> window_maxima(np.array([[[1.0, 3.0, 2.0, 0.0]]]), windows, (2,))
    array([[[3., 2.]]])
    """
    y = empty_beside(x, (*x.shape[:2], *counts))
    positions = windows.positions(x.shape[2:])
    if len(positions) > 1 and all(along.is_whole for along in windows.along(x.shape[2:])):
        np.maximum(x[positions[0].of_input], x[positions[1].of_input], out=y)
        positions = positions[2:]
    else:
        y.fill(-np.inf)
    for of_input, of_output in positions:
        some = y[of_output]
        np.maximum(some, x[of_input], out=some)
    return y


def gradient_to_maxima(x: Array, y: Array, g: Array, windows: Windows) -> Array:
    """Give the gradient of each maximum to the first number of its window that equals it, row by row.

    Nothing but input and output is needed: what is left of the gradients goes from one position in the kernel to the
    next, and where the number met there is the maximum, all that is left stays.
    Gradients that are infinite or nan are taken as the integers that their bits are, of which the product with a mask
    and the difference are exact. NumPy's loops for integers take two to seven times as long.

    A nan is a maximum that equals nothing. The *last* of a window gets the gradient, as in PyTorch.

    Args:
        x: the input, floating.
        y: the maxima of its windows.
        g: the gradients of these, floating.
        windows: where to look.

    >>> import numpy as np
    >>> windows, x = Windows.of_arguments("", 1, 2, 1, 0, 1, False), np.array([[[1.0, 3.0, 3.0, 0.0]]])
    >>> gradient_to_maxima(x, window_maxima(x, windows, (3,)), np.array([[[1.0, 2.0, 4.0]]]), windows)
    array([[[0., 3., 4., 0.]]])
    """
    along = windows.along(x.shape[2:])
    takes_once = all(each.takes_once for each in along)
    if takes_once and all(each.leaves_none and each.is_whole for each in along):
        hand_on = _divide
    else:
        hand_on = _assign if takes_once else _accumulate
    positions = windows.positions(x.shape[2:])
    if not has_nan(y):
        return hand_on(x, y, g, positions, np.equal)
    is_nan, zero = np.isnan(y), g.dtype.type(0)
    gradInput = hand_on(x, y, np.where(is_nan, zero, g), positions, np.equal)
    gradInput += hand_on(x, y, np.where(is_nan, g, zero), positions[::-1], lambda met, _: np.isnan(met))
    return gradInput


def _accumulate(x: Array, y: Array, g: Array, positions: Sequence[Position], stays: _Stays) -> Array:
    """Add what several windows give to one number; half precision in float32."""
    gradInput = zeros_beside(x, x.shape, accumulation_dtype(g))
    left = exact(copied_beside(y, g))
    for of_input, of_output in positions:
        some = left[of_output]
        here = some * stays(x[of_input], y[of_output])
        some -= here
        gradInput[of_input] += here.view(g.dtype)
    return gradInput.astype(g.dtype, copy=False)


def _assign(x: Array, y: Array, g: Array, positions: Sequence[Position], stays: _Stays) -> Array:
    """Write each number once, where none is in two windows."""
    gradInput = zeros_beside(x, x.shape, g.dtype)
    left = exact(copied_beside(y, g))
    target = gradInput.view(left.dtype)
    for of_input, of_output in positions:
        some, here = left[of_output], target[of_input]
        np.multiply(some, stays(x[of_input], y[of_output]), out=here)
        some -= here
    return gradInput


def _divide(x: Array, y: Array, g: Array, positions: Sequence[Position], stays: _Stays) -> Array:
    """Write each number once, where each is in one window: what no other position takes is the last one's."""
    gradInput = empty_beside(x, x.shape, g.dtype)
    left = exact(beside(y, g))
    target = gradInput.view(left.dtype)
    *parts, last = (target[position.of_input] for position in positions)
    for n, (position, part) in enumerate(zip(positions[:-1], parts, strict=True), 1):
        np.multiply(left, stays(x[position.of_input], y), out=part)
        left = np.subtract(left, part, out=last if n == len(parts) else None if n == 1 else left)
    if not parts:
        last[...] = left
    return gradInput


def maximum_of(part: Array) -> Array:
    """Find the largest number of each image, ``(batch, channels)``; nan if there is one."""
    largest: Array = np.maximum.reduce(part, (2, 3))
    return largest


def gradient_to_maximum(part: Array, y: Array, g: Array) -> Array:
    """Give the gradient of the largest number of each image to the first that equals it, or to the last nan.

    Nearly always one number alone equals it, and a mask is all that is needed.

    Args:
        part: the images.
        y: their maxima, ``(batch, channels)``.
        g: the gradients of these.

    >>> import numpy as np
    >>> gradient_to_maximum(np.array([[[[1.0, 3.0], [3.0, 0.0]]]]), np.array([[3.0]]), np.array([[5.0]]))
    array([[[[0., 5.],
             [0., 0.]]]])
    """
    y, g = (beside(part, array[:, :, np.newaxis, np.newaxis]) for array in (y, g))
    hits = part == y
    if has_nan(y):
        hits |= np.isnan(part)
    if np.count_nonzero(hits) != y.size:
        hits = _one_of(hits, np.isnan(y[:, :, 0, 0]))
    gradient, g = empty_beside(part, part.shape, g.dtype), exact(g)
    np.multiply(g, hits, out=gradient.view(g.dtype))
    return gradient


def _one_of(hits: Array, take_last: Array) -> Array:
    flat = hits.reshape(*hits.shape[:2], -1)
    index = np.where(take_last, flat.shape[2] - 1 - flat[:, :, ::-1].argmax(axis=2), flat.argmax(axis=2))
    one = np.zeros_like(flat)
    np.put_along_axis(one, index[:, :, np.newaxis], True, axis=2)
    return one.reshape(hits.shape)


def has_nan(array: Array) -> bool:
    """Whether there is a nan, for which one pass without a mask is enough."""
    return bool(np.isnan(array.ravel("K").max(initial=-np.inf)))


def exact(g: Array) -> Array:
    """View numbers so that their product with 0 is 0: as the integers that their bits are, if any is infinite or nan.

    Numbers of more than 64 bits stay what they are.
    """
    flat = g.ravel("K")
    if np.isfinite(flat.max(initial=0)) and np.isfinite(flat.min(initial=0)):
        return g
    return g.view(_INTEGERS.get(g.itemsize, g.dtype))
