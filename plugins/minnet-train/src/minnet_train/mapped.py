"""Memory-mapped arrays a part at a time: their pages are given back, so that memory does not grow with the file.

Pages that were read stay mapped until the system wants them back, and count as the process's own meanwhile.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from typing import Any

import numpy as np

from minnet_core import Array

CHUNK = 8 * 2**20
"""Bytes that are read at once from an array that is gone through."""

LIMIT = 32 * 2**20
"""Bytes that may be mapped before they are given back."""

_FAULT = 64 * 2**10  # what the system maps around the place that is read


class Pages:
    """Counts what has been read from an array at random places, and gives it back in time; nothing if it is no file.

    Args:
        array: perhaps a `numpy.memmap`.
    """

    def __init__(self, array: Array) -> None:
        self._map: Any = getattr(array, "_mmap", None) if isinstance(array, np.memmap) else None
        # Pages of a copy-on-write map may hold changes, which would be lost.
        if self._map is not None and (array.mode == "c" or not hasattr(mmap, "MADV_DONTNEED")):  # type: ignore[attr-defined]
            self._map = None
        self._read = 0

    def read(self, rows: int, size: int) -> None:
        """Note that ``rows`` of ``size`` bytes have been read."""
        if self._map is not None:
            self._read += rows * (size + _FAULT)
            if self._read > LIMIT:
                self.release()

    def release(self) -> None:
        """Give back all pages; they are read again when they are needed."""
        if self._map is not None:
            self._map.madvise(mmap.MADV_DONTNEED)
            self._read = 0


def is_mapped(array: Array) -> bool:
    """Whether an array is a file, or a part of one."""
    return isinstance(array, np.memmap)


def chunks(array: Array, rows: int | None = None) -> Iterator[Array]:
    """Go through an array, ``rows`` at a time; about 8 MB if that is not said. What is mapped is given back."""
    if rows is None:
        rows = max(1, CHUNK // max(1, array[:1].nbytes))
    pages = Pages(array)
    for start in range(0, len(array), rows):
        yield array[start : start + rows]
        pages.release()
