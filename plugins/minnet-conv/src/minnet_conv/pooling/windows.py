"""`Windows`: where pooling looks, as strided views of an array, one for each position in the kernel.

There are as many positions as a kernel has numbers, and each view holds what one of them meets in all windows at once.
So a loop over them takes whole arrays a step, and none over samples, channels or pixels is needed.

Arrays are ``(batch, channels, ...)`` in whatever order they lie in memory: NumPy takes the axes of operands and fresh
results in their order there, so that the batch, where it is innermost, stays so, and makes one long loop.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import product
from types import EllipsisType
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from attrs import frozen

from minnet_core import Array, ShapeError, expect_shape

from ..images import integers
from .along import Along

SIZES = ("batch", "channels")
AXES = {1: ("length",), 2: ("height", "width")}
"""Number of axes of an image -> what they are called."""

Index: TypeAlias = tuple[EllipsisType | slice, ...]
"""What picks a view of an array."""


class Position(NamedTuple):
    """One position in the kernel.

    Attributes:
        of_input: picks what it meets, of an array in the shape of the input.
        of_output: picks the windows in which it meets anything, padding not counted.
    """

    of_input: Index
    of_output: Index


@frozen(cache_hash=True)  # which is taken three times a pass
class Windows:
    """The windows of a pooling layer; each attribute has one number for each axis of the image.

    Attributes:
        kernel_size: how many numbers a window has.
        stride: from one window to the next.
        padding: how far the first window begins before the image, and the last one may end behind it.
        dilation: from one number of a window to its next.
        ceil_mode: whether a last window may reach beyond the padding, if it begins before that.
    """

    kernel_size: tuple[int, ...]
    stride: tuple[int, ...]
    padding: tuple[int, ...]
    dilation: tuple[int, ...]
    ceil_mode: bool = False

    @classmethod
    def of_arguments(
        cls, owner: str, axes: int, kernel_size: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: bool
    ) -> Windows:
        """Read the arguments of a layer, each a number or one for each axis.

        Raises:
            TypeError, ValueError: if one is no such thing, or padding is more than half of the kernel.
        """
        kernel_size = integers(owner, "kernel_size", kernel_size, axes)
        stride = kernel_size if stride is None else integers(owner, "stride", stride, axes)
        padding = integers(owner, "padding", padding, axes, least=0)
        if any(2 * pad > size for pad, size in zip(padding, kernel_size, strict=True)):
            raise ValueError(
                f"{owner}: expected padding of at most half the kernel_size, {_short(kernel_size)}, "
                f"received {_short(padding)}"
            )
        return cls(kernel_size, stride, padding, integers(owner, "dilation", dilation, axes), bool(ceil_mode))

    def counts(self, owner: object, input: Array) -> tuple[int, ...]:
        """Count the windows along each axis of the image.

        Raises:
            ShapeError: if the input has other axes, or is too small for one window.
        """
        axes = AXES[len(self.kernel_size)]
        if input.ndim != 2 + len(axes):
            expect_shape(owner, input, (*SIZES, *axes))
        counts = _counts(self, input.shape[2:])
        if min(counts) < 1:
            raise ShapeError(
                f"{owner}: expected input ({', '.join(SIZES + axes)}) of at least one window, received {input.shape}"
            )
        return counts

    def positions(self, lengths: tuple[int, ...]) -> tuple[Position, ...]:
        """Find the views of each position in the kernel, row by row, those left out that meet only padding."""
        return _positions(self, lengths)

    def along(self, lengths: tuple[int, ...]) -> tuple[Along, ...]:
        """Find the windows along each axis, with one pair of stretches for each position in the kernel."""
        return _along(self, lengths)

    def sizes(self, lengths: tuple[int, ...], with_padding: bool) -> Array:
        """Count the numbers of each window, those beyond the padding never; one count if all have the same.

        Returns:
            float64, ``()`` or of the lengths of an output's image.
        """
        return _sizes(self, lengths, with_padding)

    def __str__(self) -> str:
        stands_apart = (
            (", stride ", self.stride, self.kernel_size),
            (", padding ", self.padding, (0,) * len(self.padding)),
            (", dilation ", self.dilation, (1,) * len(self.dilation)),
        )
        words = "".join(name + _short(value) for name, value, usual in stands_apart if value != usual)
        return _short(self.kernel_size) + words + ", ceil_mode" * self.ceil_mode


@lru_cache(maxsize=256)
def _counts(windows: Windows, lengths: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(map(_count, lengths, *_along_axes(windows), [windows.ceil_mode] * len(lengths)))


def _count(length: int, size: int, stride: int, pad: int, step: int, ceil_mode: bool) -> int:
    room = length + 2 * pad - step * (size - 1) - 1
    count = (-(-room // stride) if ceil_mode else room // stride) + 1
    # The last window begins in the image or in the padding before it, not in that behind it.
    return count - (ceil_mode and (count - 1) * stride >= length + pad)


@lru_cache(maxsize=256)
def _positions(windows: Windows, lengths: tuple[int, ...]) -> tuple[Position, ...]:
    by_axis = (along.pairs for along in _along(windows, lengths))
    return tuple(Position(*((..., *index) for index in zip(*pairs, strict=True))) for pairs in product(*by_axis))


@lru_cache(maxsize=256)
def _along(windows: Windows, lengths: tuple[int, ...]) -> tuple[Along, ...]:
    counts = _counts(windows, lengths)
    by_axis = zip(lengths, counts, map(_pairs, lengths, counts, *_along_axes(windows)), strict=True)
    return tuple(Along.of_pairs(*axis) for axis in by_axis)


@lru_cache(maxsize=256)
def _sizes(windows: Windows, lengths: tuple[int, ...], with_padding: bool) -> Array:
    sizes = np.ones(())
    for length, count, size, stride, pad in zip(
        lengths, _counts(windows, lengths), windows.kernel_size, windows.stride, windows.padding, strict=True
    ):
        start = np.arange(count) * stride - pad
        stop = np.minimum(start + size, length + pad * with_padding)
        sizes = np.multiply.outer(sizes, stop - (start if with_padding else np.maximum(start, 0)))
    if not np.ptp(sizes):
        sizes = sizes.reshape(-1)[:1].reshape(())
    sizes.flags.writeable = False
    return sizes


def _along_axes(windows: Windows) -> tuple[tuple[int, ...], ...]:
    return windows.kernel_size, windows.stride, windows.padding, windows.dilation


def _pairs(length: int, count: int, size: int, stride: int, pad: int, step: int) -> Iterator[tuple[slice, slice]]:
    for offset in range(-pad, size * step - pad, step):  # of the position, from the origin of the image
        first = max(0, -(offset // stride))  # the first window in which it is not before the image
        last = min(count - 1, (length - 1 - offset) // stride)
        if first <= last:
            start = first * stride + offset
            yield slice(start, start + (last - first) * stride + 1, stride), slice(first, last + 1)


def _short(numbers: tuple[int, ...]) -> str:
    """Write one number where all are alike: ``3``, ``3x2``."""
    return str(numbers[0]) if len(set(numbers)) == 1 else "x".join(map(str, numbers))
