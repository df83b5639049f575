"""`KeptParts`: the parts of stored rows that were read last, as rows of a part are asked for again and again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

import numpy as np

from minnet_core import Array

CACHE = 2**28
"""Bytes of rows that are kept because they may soon be asked for again: 256 MB."""

FEWEST = 2
"""So many parts are kept in any case."""


def room_of(lanes: int) -> int:
    """How many parts must be kept while so many are gone through: half of them may go over to another at a time."""
    return lanes + (lanes + 1) // 2


class KeptParts:
    """Reads rows part by part, and keeps the parts that were used last, up to `CACHE` bytes, or as many as are said.

    Args:
        starts: the first row of each part, ascending from 0.
        count: of all rows.
        row_bytes: of each row.
        read: reads a part: its index, its first row, and the end of its rows.

    Attributes:
        limit: how many bytes are kept at most, unless they are of `FEWEST` parts.
        reads: how many parts have been read so far.
    """

    def __init__(self, starts: Array, count: int, row_bytes: int, read: Callable[[int, int, int], Array]) -> None:
        self._starts, self._ends = starts, np.append(starts[1:], count)
        self._row_bytes, self._read = row_bytes, read
        self._kept: OrderedDict[int, Array] = OrderedDict()
        self.limit, self.reads = CACHE, 0

    @property
    def nbytes(self) -> int:
        """How many bytes are kept now."""
        return sum(kept.nbytes for kept in self._kept.values())

    def take(self, rows: Array, taken: Array) -> Array:
        """Write some rows into an array, in this order, and return it."""
        part_of = np.searchsorted(self._starts, rows, "right") - 1
        # What is there is used before what is read drives it out.
        for part in sorted(np.unique(part_of).tolist(), key=lambda each: each not in self._kept):
            is_there = part_of == part
            taken[is_there] = self._part(part)[rows[is_there] - self._starts[part]]
        return taken

    def make_room(self, blocks: Array, lanes: int) -> None:
        """Keep as much as is needed to go through so many blocks at a time.

        Args:
            blocks: the first row of each, ascending from 0.
            lanes: how many.
        """
        longest = int(np.diff(blocks, append=int(self._ends[-1])).max())
        self.limit = max(CACHE, room_of(lanes) * longest * self._row_bytes)

    def forget(self) -> None:
        """Keep nothing of what was read."""
        self._kept.clear()

    def _part(self, part: int) -> Array:
        """Return the rows of a part, which is then the last to be forgotten."""
        if part in self._kept:
            self._kept.move_to_end(part)
            return self._kept[part]
        start, end = int(self._starts[part]), int(self._ends[part])
        wanted = (end - start) * self._row_bytes
        while len(self._kept) >= FEWEST and self.nbytes + wanted > self.limit:
            self._kept.popitem(last=False)
        self._kept[part] = read = self._read(part, start, end)
        self.reads += 1
        return read
