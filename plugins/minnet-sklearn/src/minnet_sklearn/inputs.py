"""Rows of features as `minnet_train.Samples` takes them: an array, or a sparse matrix made dense batch by batch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from attrs import field, frozen
from scipy.sparse import issparse

from minnet_core import Array

CHUNK = 4096
"""Rows that are sent through a network at once in prediction, at most."""

DENSE = 2**22
"""Numbers of a sparse matrix that are made dense at once in prediction, unless one row has more: 32 MiB."""


@frozen(eq=False)
class SparseRows:
    """Rows of a sparse matrix that become dense when they are asked for, so that no more than a batch ever is.

    Attributes:
        matrix: CSR (rows, columns).
        dtype: of the dense rows.
    """

    matrix: Any = field(repr=False)
    dtype: str

    @property
    def shape(self) -> tuple[int, ...]:
        """Rows, and columns."""
        return tuple(self.matrix.shape)

    def __len__(self) -> int:
        return int(self.matrix.shape[0])

    def take(self, rows: Any, axis: int = 0, /) -> Array:
        """Return some rows, in this order, dense."""
        dense: Array = self.matrix[rows].toarray().astype(self.dtype, copy=False)
        return dense


def rows_of(X: Any, dtype: str) -> Any:
    """Make validated features something that gives rows: an array in C order of a dtype, or `SparseRows`."""
    if issparse(X):
        return SparseRows(X.tocsr(), dtype)
    return np.ascontiguousarray(X, dtype)


def chunks(rows: Any) -> Iterator[Array]:
    """Go through all rows in order, some at a time."""
    step = CHUNK if isinstance(rows, np.ndarray) else max(1, min(CHUNK, DENSE // max(1, rows.shape[1])))
    for start in range(0, len(rows), step):
        stop = min(start + step, len(rows))
        yield rows[start:stop] if isinstance(rows, np.ndarray) else rows.take(slice(start, stop))
