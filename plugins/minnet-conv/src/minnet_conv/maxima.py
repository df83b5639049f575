"""Kernels of maximum pooling: the largest number of each window, and the gradient to where it was.

Times are of 2x2 windows on (64, 16, 26, 26) float32 and one thread of one machine, so it is their ratio that counts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np

from minnet_core import Array

from .windows import Position, Windows, empty_beside, zeros_beside

_INTEGERS = {2: np.int16, 4: np.int32, 8: np.int64}


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
    if len(positions) > 1 and _meet_all_windows(windows, positions, y):
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

    Nothing but input and output is needed: what is left of the gradients goes from one position of the kernel to the
    next, and where the number met there is the maximum, all that is left stays.
    Gradients are taken as the integers that their bits are, so that the product with a mask and the difference are
    exact, infinite and nan gradients included.
    Windows that do not overlap are written to at once: together XX instead of YY milliseconds.

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
    positions = windows.positions(x.shape[2:])
    if not np.isnan(y.ravel("K").max(initial=-np.inf)):
        return _hand_on(x, y, g, windows, positions, np.equal)
    is_nan = np.isnan(y)
    zero = g.dtype.type(0)
    gradInput = _hand_on(x, y, np.where(is_nan, zero, g), windows, positions, np.equal)
    gradInput += _hand_on(x, y, np.where(is_nan, g, zero), windows, positions[::-1], lambda met, _: np.isnan(met))
    return gradInput


_Stays: TypeAlias = Callable[[Array, Array], Array]
"""Whether what is left of the gradients stays: of the numbers met by a position, and the maxima."""


def _hand_on(x: Array, y: Array, g: Array, windows: Windows, positions: Sequence[Position], stays: _Stays) -> Array:
    if windows.are_exact(x.shape[2:]):
        return _divided(x, y, g, positions, stays)
    left = empty_beside(y, y.shape, g.dtype)
    left[...] = g
    gradInput = zeros_beside(x, x.shape, np.result_type(g, np.float32) if windows.overlap else g.dtype)
    for of_input, of_output in positions:
        some = _bits(left[of_output])
        here = some * stays(x[of_input], y[of_output])
        some -= here
        gradInput[of_input] += here.view(g.dtype)
    return gradInput.astype(g.dtype, copy=False)


def _divided(x: Array, y: Array, g: Array, positions: Sequence[Position], stays: _Stays) -> Array:
    """Write to each number once; what no earlier position took is the last one's."""
    gradInput = empty_beside(x, x.shape, g.dtype)
    parts = [_bits(gradInput[of_input]) for of_input, _ in positions]
    left = empty_beside(y, y.shape, g.dtype)
    left[...] = g
    left = _bits(left)
    for (of_input, _), part in zip(positions[:-1], parts[:-1], strict=True):
        np.multiply(left, stays(x[of_input], y), out=part)
        left -= part
    parts[-1][...] = left
    return gradInput


def _meet_all_windows(windows: Windows, positions: Sequence[Position], y: Array) -> bool:
    return all(y[of_output].shape == y.shape for _, of_output in positions[:2])


def _bits(array: Array) -> Array:
    """View numbers as integers, where there are such of their size."""
    return array.view(_INTEGERS.get(array.itemsize, array.dtype))
