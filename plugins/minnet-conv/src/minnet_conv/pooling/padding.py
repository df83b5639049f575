"""Where an image is in one that has a border."""

from __future__ import annotations

from typing import TypeAlias

from minnet_core import Array, ShapeError, expect_shape

from .windows import AXES, SIZES

Sides: TypeAlias = tuple[int, ...]
"""Left, right, top, bottom, as PyTorch has them."""


def padded_shape(owner: object, input: Array, padding: Sides) -> tuple[int, ...]:
    """Find the shape of images with a border.

    Raises:
        ShapeError: if these are none, or negative padding leaves no pixel.
    """
    expect_shape(owner, input, (*SIZES, *AXES[2]))
    batch, channels, height, width = input.shape
    left, right, top, bottom = padding
    height, width = height + top + bottom, width + left + right
    if min(height, width) < 1:
        raise ShapeError(f"{owner}: expected input with pixels that are left in the output, received {input.shape}")
    return batch, channels, height, width


def inside(length: int, before: int, after: int) -> tuple[slice, slice]:
    """Find what is neither added nor cut off along an axis: where in the output, and where in the input.

    >>> inside(5, 2, -1)
    (slice(2, 6, None), slice(0, 4, None))
    """
    kept = length + min(after, 0)
    return slice(max(before, 0), before + kept), slice(max(-before, 0), kept)
