"""What a kernel meets of images ``(channels, height, width, batch)``, laid side by side for a matrix product.

There are two forms. *By rows*, only the columns of the kernel are laid side by side, ``(rows of the input, columns of
the kernel and channels, width of the output and batch)``: what the kernel meets for one row of the output lies together
then, and what it meets for the next one overlaps it. So of a 3 x 3 kernel three copies are made and not nine, and what
is multiplied was just read: of 16 to 32 channels of 13 x 13 and a batch of 64, a convolution takes two thirds of the
time. *Whole*, ``(channels and taps, outputs)``: for groups, dilated rows, and rows that are short.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple, TypeAlias

import numpy as np

from ...nn import Array
from ..definition import Call
from ..scratch import Scratch

Pair: TypeAlias = tuple[int, int]

LEAST_RUN = 128
"""How many numbers must lie side by side for products row by row to be worth their calls."""


class Tap(NamedTuple):
    """One number of a window: which one, what it meets of the input, and in which places of the output."""

    row: int
    column: int
    of_input: tuple[slice, slice, slice]
    of_output: tuple[slice, slice, slice]


def taps(x: Array, y: Array, window: Pair, stride: Pair, padding: Pair, dilation: Pair) -> Iterator[Tap]:
    """Find what each number of a window meets, row by row, but padding."""
    rows, columns = (
        list(along_axis(*each))
        for each in zip(x.shape[1:3], y.shape[1:3], window, stride, padding, dilation, strict=True)
    )
    every = slice(None)
    for i, read_rows, met_rows in rows:
        for j, read_columns, met_columns in columns:
            yield Tap(i, j, (every, read_rows, read_columns), (every, met_rows, met_columns))


def along_axis(
    length: int, count: int, window: int, stride: int, padding: int, dilation: int
) -> Iterator[tuple[int, slice, slice]]:
    """Find what each number of a window meets along one axis, and in which places of the output."""
    for index in range(window):
        offset = index * dilation - padding
        first = max(0, -(offset // stride))
        last = min(count - 1, (length - 1 - offset) // stride)
        if first <= last:
            yield index, slice(first * stride + offset, last * stride + offset + 1, stride), slice(first, last + 1)


def goes_by_rows(x: Array, w: Array, y: Array, dilation: Pair) -> bool:
    """Whether patches by rows serve."""
    return len(x) == w.shape[1] and w.shape[2] > 1 and dilation[0] == 1 and y[0, 0].size >= LEAST_RUN


def patches_by_rows(
    x: Array, w: Array, y: Array, stride: Pair, padding: Pair, dilation: Pair, scratch: Scratch
) -> tuple[list[Call], Array]:
    """Lay the columns of the kernel side by side: ``(rows of y, kernel and channels, columns of y and batch)``."""
    (n_in, height, width, n), (kh, kw), (h, count) = x.shape, w.shape[2:], y.shape[1:3]
    needed, top = (h - 1) * stride[0] + kh, padding[0]
    beside = scratch((needed, kw, n_in, count, n), x.dtype)
    first, last = min(top, needed), min(needed, top + height)
    rows = x.swapaxes(0, 1)[: last - first]
    calls: list[Call] = [partial(beside.fill, 0)] if any(padding) else []
    for j, read, met in along_axis(width, count, kw, stride[1], padding[1], dilation[1]):
        calls.append(partial(np.copyto, beside[first:last, j, :, met], rows[:, :, read]))
    row, one, each = beside.strides[0], beside.strides[2], x.itemsize
    strides = (stride[0] * row, one, each)
    return calls, np.ndarray((h, kh * kw * n_in, count * n), x.dtype, beside, 0, strides)


def weights_by_rows(w: Array, scratch: Scratch) -> tuple[Call, Array]:
    """Arrange weights as patches by rows lie: ``(outputs, rows, columns and channels)``."""
    n_out, n_in, kh, kw = w.shape
    arranged = scratch((n_out, kh, kw, n_in), w.dtype, place=1)
    return partial(np.copyto, arranged, w.transpose(0, 2, 3, 1)), arranged.reshape(n_out, -1)


def whole_patches(
    x: Array, w: Array, y: Array, stride: Pair, padding: Pair, dilation: Pair, scratch: Scratch
) -> tuple[list[Call], Array]:
    """Lay side by side all that the kernel meets: ``(groups, channels and taps, places and samples)``."""
    groups = len(x) // w.shape[1]
    patches = scratch((groups, w[0].size, y[0].size), x.dtype)
    by_tap = patches.reshape(groups, *w.shape[1:], *y.shape[1:])
    by_group = x.reshape(groups, w.shape[1], *x.shape[1:])
    calls: list[Call] = [partial(patches.fill, 0)] if any(padding) else []
    for tap in taps(x, y, w.shape[2:], stride, padding, dilation):
        into = by_tap[:, :, tap.row, tap.column][(slice(None), *tap.of_output)]
        calls.append(partial(np.copyto, into, by_group[(slice(None), *tap.of_input)]))
    return calls, patches
