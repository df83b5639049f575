"""`StoredRows`: rows that stay in their files, and are read when they are asked for."""

from __future__ import annotations

import math
import operator
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from attrs import frozen

from minnet_core import Array


@frozen
class MissingCells:
    """Which numbers of rows are missing.

    Attributes:
        count: how many.
        first: the row and the column of the first ones, in order.
    """

    count: int
    first: tuple[tuple[int, int], ...]


class StoredRows(ABC):
    """Rows of numbers in files, which are indexed as an array (rows, ...) is, and cannot be written to.

    A batch is an array in memory, and nothing else of the rows is, but for what a class says that it keeps.

    Args:
        shape: rows, and what each has.
        dtype: of the numbers.

    Attributes:
        shape: rows, and what each has.
        dtype: of the numbers.
        missing: which of them are missing, all of which are finite; None if nobody has looked.
    """

    missing: MissingCells | None = None

    def __init__(self, shape: Sequence[int], dtype: Any) -> None:
        self.shape: tuple[int, ...] = tuple(shape)
        self.dtype: np.dtype[Any] = np.dtype(dtype)

    @abstractmethod
    def take(self, rows: Array) -> Array:
        """Read some rows, in this order.

        Args:
            rows: indices from 0, integers (n,).

        Returns:
            An array (n, ...) that nobody else has.

        Raises:
            DataError: if a file is not what it was.
        """

    @property
    def units(self) -> Array | None:
        """The first row of each part that is read as a whole, ascending from 0; None if each row can be read alone."""
        return None

    def go_through(self, blocks: Array, lanes: int) -> None:  # noqa: B027  # most keep nothing
        """Prepare for an order that goes through a few blocks at a time: keep as much in memory as these are.

        Args:
            blocks: the first row of each, ascending from 0.
            lanes: how many are gone through at a time.
        """

    @property
    def ndim(self) -> int:
        """How many axes there are."""
        return len(self.shape)

    @property
    def nbytes(self) -> int:
        """How many bytes they would take in memory."""
        return math.prod(self.shape) * int(self.dtype.itemsize)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, tuple):
            rows, others = index[0], index[1:]
            return self[rows][others if isinstance(rows, (int, np.integer)) else (slice(None), *others)]
        if isinstance(index, slice):
            return self.take(np.arange(*index.indices(len(self))))
        indices = np.asarray(index)
        if indices.dtype.kind == "b":
            if indices.shape != (len(self),):
                raise IndexError(f"expected booleans ({len(self)},), received {indices.shape}")
            return self.take(np.flatnonzero(indices))
        if not indices.ndim:
            return self.take(self._checked(np.array([operator.index(index)])))[0]
        rows = self._checked(indices.astype(np.int64) if not indices.size else indices)
        return self.take(rows.reshape(-1)).reshape(*rows.shape, *self.shape[1:])

    def _checked(self, rows: Array) -> Array:
        if rows.dtype.kind not in "iu":
            raise IndexError(f"expected integers as indices of rows, received {rows.dtype}")
        count = len(self)
        if rows.size and not -count <= rows.min() <= rows.max() < count:
            raise IndexError(f"expected indices of {count} rows, received {rows.min()} to {rows.max()}")
        positive: Array = np.where(rows < 0, rows + count, rows)
        return positive

    def __iter__(self) -> Iterator[Array]:
        size = max(1, 2**20 // max(1, self.nbytes // max(1, len(self))))
        for start in range(0, len(self), size):
            yield from self[start : start + size]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        if copy is False:
            raise ValueError("expected that a copy may be made of rows that are in files")
        whole: Array = self[:]
        return whole if dtype is None else whole.astype(dtype, copy=False)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.shape} {self.dtype}>"


class ConvertedRows(StoredRows):
    """Rows of others that are changed when they have been read.

    Args:
        stored: the others.
        columns: how many numbers a row has then.
        dtype: of them.
        convert: changes an array (n, columns of the others).
    """

    def __init__(self, stored: StoredRows, columns: int, dtype: Any, convert: Callable[[Array], Array]) -> None:
        super().__init__((len(stored), columns), dtype)
        self._stored, self._convert = stored, convert

    @property
    def units(self) -> Array | None:
        """As those of the others."""
        return self._stored.units

    def go_through(self, blocks: Array, lanes: int) -> None:
        """Prepare the others for it."""
        self._stored.go_through(blocks, lanes)

    def take(self, rows: Array) -> Array:
        """Read some rows, in this order."""
        return np.asarray(self._convert(self._stored.take(rows)), self.dtype)
