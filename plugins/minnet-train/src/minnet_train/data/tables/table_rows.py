"""`TableRows`: the features of a table that is larger than memory, read by groups of rows when they are asked for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from minnet_core import Array

from ...errors import DataError
from ..kept_parts import KeptParts
from ..stored_rows import MissingCells, StoredRows
from .feature_reader import FeatureReader, side_by_side
from .table import TableFile


class TableRows(StoredRows):
    """Features (rows, columns) of a table with groups of rows, float64.

    A row cannot be read without its group, so the groups that were read last are kept: rows in an order that goes
    through few groups at a time cost one reading of each group.

    Args:
        file: has the groups.
        scans: what each column of features holds; what they have seen decides what its texts and times are.
        categories: of each column.
        texts: the columns whose cells are read as they are written.
        missing: which of the features are missing.

    Attributes:
        kept: the groups that were read last.
    """

    def __init__(
        self,
        file: TableFile,
        scans: Sequence[FeatureReader],
        categories: Sequence[tuple[str, ...]],
        texts: Sequence[int] = (),
        missing: MissingCells | None = None,
    ) -> None:
        self._groups = file.groups
        counts = np.array([group.rows for group in self._groups], np.int64)
        super().__init__((int(counts.sum()), len(scans)), np.float64)
        self._file, self._scans, self._categories, self._texts = file, list(scans), list(categories), list(texts)
        self._starts = np.cumsum(counts) - counts
        self.kept = KeptParts(self._starts, len(self), 8 * len(scans), self._read)
        self.missing = missing

    @property
    def units(self) -> Array:
        """The first row of each group."""
        return self._starts

    def go_through(self, blocks: Array, lanes: int) -> None:
        """Keep as much as so many blocks are."""
        self.kept.make_room(blocks, lanes)

    def take(self, rows: Array) -> Array:
        """Read some rows, in this order."""
        return self.kept.take(rows, np.empty((len(rows), *self.shape[1:])))

    def _read(self, group: int, *_: int) -> Array:
        readers = [self._reader(scan) for scan in self._scans]
        columns, rows = sorted(reader.column for reader in readers), 0
        for batch in self._file.group_batches(group, columns, self._texts):
            for reader in readers:
                reader.add(batch)
            rows += len(batch)
        if rows != self._groups[group].rows or any(reader.problems().count for reader in readers):
            raise DataError(f"{self._groups[group].name}: expected the rows that were there, received others")
        return side_by_side(readers, self._categories, rows)

    def _reader(self, scan: FeatureReader) -> FeatureReader:
        """Make a reader for which all that was seen of the column is decided."""
        reader = FeatureReader(self._file, scan.column, scan.is_category, scan.limits)
        reader.kind = scan.kind
        return reader


class KeptRows(StoredRows):
    """Some rows of others.

    Args:
        stored: the others.
        kept: which of their rows, ascending.
    """

    def __init__(self, stored: StoredRows, kept: Array) -> None:
        super().__init__((len(kept), *stored.shape[1:]), stored.dtype)
        self._stored, self._kept = stored, kept

    @property
    def units(self) -> Array | None:
        """As those of the others, as far as there are rows of them."""
        units = self._stored.units
        return None if units is None else np.searchsorted(self._kept, units)

    def go_through(self, blocks: Array, lanes: int) -> None:
        """Prepare the others for it: rows that are left out are read with those that are not."""
        self._stored.go_through(np.append(0, self._kept[blocks[1:]]), lanes)

    def take(self, rows: Array) -> Array:
        """Read some rows, in this order."""
        return self._stored.take(self._kept[rows])
