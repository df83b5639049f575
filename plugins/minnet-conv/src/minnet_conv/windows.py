"""`Windows`: where pooling looks, as strided views of an array, one for each position in the kernel.

There are as many positions as a kernel has numbers, and each view holds what one of them meets in all windows at once.
So a loop over them takes whole arrays a step, and none over samples, channels or pixels is needed.

Arrays are ``(batch, channels, ...)`` in whatever order they lie in memory: NumPy takes the axes of operands and fresh
results in their order there, so that the batch, where it is innermost, stays so, and makes one long loop.
"""

from __future__ import annotations

import operator
from functools import lru_cache
from itertools import product
from types import EllipsisType
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
from attrs import frozen

from minnet_core import Array, ShapeError, expect_shape

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


@frozen
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

    def are_exact(self, lengths: tuple[int, ...]) -> bool:
        """Whether each number of an image is in one window, and there is no other in any."""
        return (
            not any(self.padding)
            and self.stride == self.kernel_size
            and all(step == 1 or size == 1 for step, size in zip(self.dilation, self.kernel_size, strict=True))
            and not any(length % size for length, size in zip(lengths, self.kernel_size, strict=True))
        )

    @property
    def overlap(self) -> bool:
        """Whether a number may be in more than one window."""
        spans = ((size - 1) * step for size, step in zip(self.kernel_size, self.dilation, strict=True))
        return any(span >= step for span, step in zip(spans, self.stride, strict=True))

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
    counts = _counts(windows, lengths)
    by_axis = map(_along_axis, lengths, counts, *_along_axes(windows))
    return tuple(Position(*((..., *index) for index in zip(*pairs, strict=True))) for pairs in product(*by_axis))


def _along_axes(windows: Windows) -> tuple[tuple[int, ...], ...]:
    return windows.kernel_size, windows.stride, windows.padding, windows.dilation


def _along_axis(length: int, count: int, size: int, stride: int, pad: int, step: int) -> list[tuple[slice, slice]]:
    pairs = []
    for offset in range(-pad, size * step - pad, step):  # of the position, from the origin of the image
        first = max(0, -(offset // stride))  # the first window in which it is not before the image
        last = min(count - 1, (length - 1 - offset) // stride)
        if first <= last:
            start = first * stride + offset
            of_input = slice(start, start + (last - first) * stride + 1, stride)
            pairs.append((of_input, slice(first, last + 1)))
    return pairs


def integers(owner: str, name: str, value: Any, axes: int, least: int = 1) -> tuple[int, ...]:
    """Return an argument, a number or one for each axis, as one for each axis.

    Raises:
        TypeError: if it is neither.
        ValueError: if there are too many or too few numbers, or one is below ``least``.

    >>> integers("MaxPool2d", "kernel_size", 3, 2)
    (3, 3)
    >>> integers("MaxPool2d", "kernel_size", (3, 0), 2)
    Traceback (most recent call last):
    ...
    ValueError: MaxPool2d: expected kernel_size to be a number of at least 1, or 2 of them, received (3, 0)
    """
    several = f", or {axes} of them" if axes > 1 else ""
    message = f"{owner}: expected {name} to be a number of at least {least}{several}, received {value!r}"
    try:
        numbers = tuple(map(operator.index, value)) if isinstance(value, (tuple, list)) else (operator.index(value),)
    except TypeError:
        raise TypeError(message) from None
    if len(numbers) == 1:
        numbers *= axes
    if len(numbers) != axes or min(numbers) < least:
        raise ValueError(message)
    return numbers


def _short(numbers: tuple[int, ...]) -> str:
    """Write one number where all are alike: ``3``, ``3x2``."""
    return str(numbers[0]) if len(set(numbers)) == 1 else "x".join(map(str, numbers))


def empty_beside(array: Array, shape: tuple[int, ...], dtype: npt.DTypeLike = None) -> Array:
    """Make an array whose axes lie in memory in the order of those of another, which has as many."""
    return np.empty_like(array, dtype, shape=shape)


def zeros_beside(array: Array, shape: tuple[int, ...], dtype: npt.DTypeLike = None) -> Array:
    """Make an array of zeros, as `empty_beside`."""
    return np.zeros_like(array, dtype, shape=shape)
