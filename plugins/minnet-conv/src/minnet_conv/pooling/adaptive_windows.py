"""Windows as large as they must be for an output of a given size."""

from __future__ import annotations

import operator
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np

from minnet_core import Array, ShapeError, expect_shape

from .along import Along
from .windows import AXES, SIZES, Windows

Lengths: TypeAlias = tuple[int, int]
Sizes: TypeAlias = tuple[int | None, int | None]


def output_sizes(owner: str, value: Any) -> Sizes:
    """Read the size of an image: a number, or two, either of which may be None, for that of the input.

    Raises:
        TypeError, ValueError: if it is no such thing.

    >>> output_sizes("AdaptiveAvgPool2d", 7), output_sizes("AdaptiveAvgPool2d", (None, 7))
    ((7, 7), (None, 7))
    """
    message = f"{owner}: expected output_size to be a positive number or None, or 2 of them, received {value!r}"
    pair = value if isinstance(value, (tuple, list)) else (value, value)
    try:
        sizes = tuple(None if size is None else operator.index(size) for size in pair)
    except TypeError:
        raise TypeError(message) from None
    if len(sizes) != 2 or any(size is not None and size < 1 for size in sizes):
        raise ValueError(message)
    return sizes[0], sizes[1]


def expect_counts(owner: object, input: Array, sizes: Sizes) -> Lengths:
    """Check that an input has images, and return how many windows they have along each axis.

    Raises:
        ShapeError: if the input has other axes, or no pixels.
    """
    expect_shape(owner, input, (*SIZES, *AXES[2]))
    if not all(input.shape[2:]):
        raise ShapeError(f"{owner}: expected input ({', '.join(SIZES + AXES[2])}) with pixels, received {input.shape}")
    return sizes[0] or input.shape[2], sizes[1] or input.shape[3]


def spans(length: int, count: int) -> list[slice]:
    """Find the windows along an axis: as equal as can be, overlapping where their number does not divide the length.

    >>> spans(5, 2)
    [slice(0, 3, None), slice(2, 5, None)]
    """
    return [slice(n * length // count, -(-(n + 1) * length // count)) for n in range(count)]


@lru_cache(maxsize=256)
def adaptive_windows(lengths: Lengths, counts: Lengths) -> tuple[tuple[Along, ...], Array]:
    """Find the windows along both axes, and how many numbers each has."""
    along, sizes = [], []
    for length, count in zip(lengths, counts, strict=True):
        size, rest = divmod(length, count)
        if rest == 0 and size <= count:  # equal windows side by side, in fewer steps over the numbers of one
            pairs = [(slice(i, length, size), slice(0, count)) for i in range(size)]
        else:
            pairs = [(span, slice(n, n + 1)) for n, span in enumerate(spans(length, count))]
        along.append(Along.of_pairs(length, count, pairs))
        sizes.append([float(span.stop - span.start) for span in spans(length, count)])
    return tuple(along), np.multiply.outer(*sizes)


def equal_windows(lengths: Lengths, counts: Lengths) -> Windows | None:
    """Find the windows of a pooling layer that are the same, if there are and each is no larger than the output."""
    if lengths[0] % counts[0] or lengths[1] % counts[1] or lengths[0] * lengths[1] > (counts[0] * counts[1]) ** 2:
        return None
    size = lengths[0] // counts[0], lengths[1] // counts[1]
    return Windows(size, size, (0, 0), (1, 1))
