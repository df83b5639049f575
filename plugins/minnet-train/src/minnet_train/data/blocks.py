"""`Blocks`: rows that lie together, and are shuffled together, so that files are read a part at a time."""

from __future__ import annotations

import zlib
from functools import cached_property

import numpy as np
from attrs import Factory, field, frozen

from minnet_core import Array

from .kept_parts import CACHE, room_of
from .memory_map import bytes_of_row
from .stored_rows import StoredRows

MOST_LANES = 8
"""So many blocks are read side by side, at most."""

FEWEST_LANES = 2
"""And so many at least, or no batch would have rows of two blocks."""

ROWS = 2**20
"""Blocks that are read side by side have so many rows at most, and `CACHE` has room for them, if they are not two."""

USUAL = 65_536
"""Rows of a block if nobody says how many, or as many as leave room for `MOST_LANES`."""

LARGE = 2**30
"""Bytes of several files that are shuffled by blocks if nobody says whether."""


@frozen(eq=False, slots=False)
class Blocks:
    """The blocks of some samples, and how many are read side by side.

    Attributes:
        count: of the samples.
        starts: the first sample of each block, ascending from 0.
        lanes: how many blocks are read side by side.
        cuts: the first row of each block, of the features that the samples are some of.
    """

    count: int
    starts: Array = field(repr=False)
    lanes: int
    cuts: Array = field(repr=False, default=Factory(lambda self: self.starts, takes_self=True))

    @classmethod
    def of(cls, features: Array | StoredRows, rows: Array, block: int) -> Blocks:
        """Divide some rows of features.

        Blocks are of ``block`` rows of the features. Where rows cannot be read one by one, they are of whole groups,
        as few as make so many rows.

        Args:
            features: all rows.
            rows: which of them are samples, ascending.
            block: how many rows a block shall have.
        """
        units = features.units if isinstance(features, StoredRows) else None
        cuts = np.arange(0, len(features), block) if units is None else _joined(units, len(features), block)
        longest = int(np.diff([*cuts.tolist(), len(features)]).max())
        starts = np.unique(np.searchsorted(rows, cuts))
        room = CACHE // max(1, longest * bytes_of_row(features))
        fitting = [
            lanes for lanes in range(FEWEST_LANES, MOST_LANES + 1) if room_of(lanes) <= room and lanes * longest <= ROWS
        ]
        lanes = max(fitting, default=FEWEST_LANES)
        return cls(len(rows), starts[starts < len(rows)], lanes, cuts)

    @cached_property
    def sizes(self) -> Array:
        """How many samples each block has."""
        return np.diff([*self.starts.tolist(), self.count])

    @cached_property
    def mark(self) -> str:
        """What tells these blocks from others, short enough for a state."""
        checksum = zlib.crc32(np.ascontiguousarray(self.starts, "<i8").data)
        return f"{self.count} samples, {len(self.starts)} blocks, {self.lanes} lanes, {checksum:08x}"


def usual_block(features: Array | StoredRows) -> int | None:
    """Return how many rows a block has if nobody says: None, so that all rows are shuffled, where that is cheap.

    It is not for rows that are read by groups, nor for more than 1 GiB in several files.
    """
    if not isinstance(features, StoredRows) or (features.units is None and features.nbytes <= LARGE):
        return None
    return max(1, min(USUAL, CACHE // room_of(MOST_LANES) // max(1, bytes_of_row(features))))


def _joined(units: Array, count: int, block: int) -> Array:
    """Join groups that follow each other until they have so many rows."""
    starts = [0]
    for start in units[units < count].tolist():  # there may be none of the last one
        if start - starts[-1] >= block:
            starts.append(start)
    return np.array(starts)
