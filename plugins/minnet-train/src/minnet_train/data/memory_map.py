"""Memory-mapped arrays a part at a time, so that memory does not grow with the file.

Pages of a map that were touched count as the process's own until they are given back, and the system maps many more
around each: up to 2 MB for a row of a hundred bytes.
So what is gone through in order is given back part by part, and rows at random places are read from the file instead.
"""

from __future__ import annotations

import math
import mmap
import os
import weakref
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, cast

import numpy as np

from minnet_core import Array

from .stored_rows import StoredRows

CHUNK = 4 * 2**20
"""Bytes that are read at once from an array that is gone through."""


def is_mapped(array: Array | StoredRows) -> bool:
    """Whether an array is a file, or a part of one, or several."""
    return isinstance(array, (np.memmap, StoredRows))


def chunks(array: Array | StoredRows, rows: int | None = None) -> Iterator[Array]:
    """Go through an array, ``rows`` at a time; about 4 MB if that is not said. What is mapped is given back."""
    rows = rows or rows_of_chunk(array)
    for start in range(0, len(array), rows):
        yield array[start : start + rows]
        _release(array)


def bytes_of_row(array: Array | StoredRows) -> int:
    """How many bytes each row has."""
    return math.prod(array.shape[1:]) * array.dtype.itemsize


def rows_of_chunk(array: Array | StoredRows) -> int:
    """How many rows make about 4 MB."""
    return max(1, CHUNK // max(1, bytes_of_row(array)))


class RowReader:
    """Takes rows out of an array at any places, from its file if it is a mapped one.

    Args:
        array: (rows, ...).

    Attributes:
        file: the descriptor of the file; None if rows are taken from the array itself.
    """

    def __init__(self, array: Array | StoredRows) -> None:
        self._array = cast("Any", array)
        self.file: int | None = None
        self._start = _place_in_file(array)
        if self._start is not None and hasattr(os, "preadv"):
            self.file = os.open(self._array.filename, os.O_RDONLY)
            weakref.finalize(self, os.close, self.file)

    def take(self, rows: Array) -> Array:
        """Return some rows in this order, as an array in memory."""
        if self.file is None:
            return np.asarray(self._array[rows])
        taken = np.empty((len(rows), *self._array.shape[1:]), self._array.dtype)
        stride, size = self._array.strides[0], self._array[:1].nbytes
        target = taken.reshape(-1).view(np.uint8).data
        is_next = np.diff(rows) == 1 if stride == size else np.zeros(max(len(rows) - 1, 0), bool)
        starts = [0, *(np.flatnonzero(~is_next) + 1).tolist(), len(rows)] if len(rows) else [0]
        for first, end in pairwise(starts):  # rows that lie one after another are read at once
            self._read(target[first * size : end * size], int(rows[first]) * stride)
        return taken

    def _read(self, target: memoryview, offset: int) -> None:
        done = 0
        while done < len(target):
            count = os.preadv(self.file or 0, [target[done:]], (self._start or 0) + offset + done)
            if not count:
                raise OSError(f"{self._array.filename}: expected a file as long as it was, received a shorter one")
            done += count


def row_chunks(array: Array | StoredRows, rows: Array, some: range | None = None) -> Iterator[Array]:
    """Go through some rows of an array, about 4 MB at a time; or through some of the parts that these make."""
    size = rows_of_chunk(array)
    reader = RowReader(array)
    for chunk in range(count_of_chunks(array, rows)) if some is None else some:
        yield reader.take(rows[chunk * size : (chunk + 1) * size])


def count_of_chunks(array: Array | StoredRows, rows: Array) -> int:
    """How many parts `row_chunks` makes of some rows."""
    return -(-len(rows) // rows_of_chunk(array))


def _place_in_file(array: Array | StoredRows) -> int | None:
    """Where an array begins in its file; None if it is in memory, or its rows are not as they are in the file."""
    root: Any = array
    while isinstance(root, np.ndarray) and isinstance(root.base, np.ndarray):
        root = root.base
    if not (isinstance(array, np.memmap) and isinstance(root, np.memmap) and isinstance(root.base, mmap.mmap)):
        return None
    # The map of mode "c" may hold changes that the file has not, and a row may have gaps or be turned around.
    if root.mode == "c" or root.filename is None or not array[:1].flags.c_contiguous or array.strides[0] <= 0:
        return None
    address = int(array.__array_interface__["data"][0]) - int(root.__array_interface__["data"][0])
    return int(root.offset) + address


def _release(array: Array | StoredRows) -> None:
    """Give back the pages of a mapped array; they are read again when they are needed."""
    pages: Any = getattr(array, "_mmap", None) if isinstance(array, np.memmap) else None
    if pages is not None and getattr(array, "mode", "c") != "c" and hasattr(mmap, "MADV_DONTNEED"):
        pages.madvise(mmap.MADV_DONTNEED)
