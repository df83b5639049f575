"""`PartedRows`: arrays in several files, one after another, as if they were one."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, cast

import numpy as np

from minnet_core import Array

from ..errors import DataError
from .file_stamp import FileStamp
from .kept_parts import KeptParts
from .memory_map import RowReader, bytes_of_row
from .stored_rows import StoredRows

MOST_OPEN = 64
"""So many files are open at a time; systems allow a process a thousand or so."""


class PartedRows(StoredRows):
    """Arrays (rows, ...) that differ in their number of rows alone.

    Each row is read from its file; in an order that goes through blocks, each block is read at once, and those that
    were read last are kept.

    Args:
        parts: the arrays, as a rule maps of files.
        stamps: of the file of each.

    Attributes:
        kept: the blocks that were read last; None if rows come in any order.

    >>> parts = PartedRows([np.zeros((2, 3)), np.ones((1, 3))], [FileStamp.of(".")] * 2)
    >>> parts[[2, 0]].tolist()
    [[1.0, 1.0, 1.0], [0.0, 0.0, 0.0]]
    """

    def __init__(self, parts: Sequence[Array], stamps: Sequence[FileStamp]) -> None:
        self._parts, self._stamps = list(parts), list(stamps)
        ends = np.cumsum([len(part) for part in parts])
        super().__init__((int(ends[-1]), *parts[0].shape[1:]), parts[0].dtype)
        self._starts = ends - [len(part) for part in parts]
        self._open: OrderedDict[int, RowReader] = OrderedDict()
        self.kept: KeptParts | None = None

    @classmethod
    def of_map(cls, array: Array) -> PartedRows:
        """Take a mapped file, or a part of one, for the only part."""
        return cls([array], [FileStamp.of(os.fspath(cast("Any", array).filename))])

    def go_through(self, blocks: Array, lanes: int) -> None:
        """Read whole blocks from now on, and keep so many."""
        self.kept = KeptParts(blocks, len(self), bytes_of_row(self), self._block)
        self.kept.make_room(blocks, lanes)

    def take(self, rows: Array) -> Array:
        """Read some rows, in this order."""
        taken = np.empty((len(rows), *self.shape[1:]), self.dtype)
        return self._read(rows, taken) if self.kept is None else self.kept.take(rows, taken)

    def _block(self, _: int, start: int, end: int) -> Array:
        return self._read(np.arange(start, end), np.empty((end - start, *self.shape[1:]), self.dtype))

    def _read(self, rows: Array, taken: Array) -> Array:
        part_of = np.searchsorted(self._starts, rows, "right") - 1
        for part in np.unique(part_of).tolist():
            is_there = part_of == part
            taken[is_there] = self._of_part(part, rows[is_there] - self._starts[part])
        return taken

    def _of_part(self, part: int, rows: Array) -> Array:
        reader, stamp = self._open.pop(part, None), self._stamps[part]
        try:
            if reader is None:
                while len(self._open) >= MOST_OPEN:
                    self._open.popitem(last=False)
                reader = RowReader(self._parts[part])
            self._open[part] = reader
            stamp.expect_unchanged(reader.file)
            return reader.take(rows)
        except OSError as error:
            raise DataError(f"{stamp.name}: expected a file that can be read: {error.strerror or error}") from error
