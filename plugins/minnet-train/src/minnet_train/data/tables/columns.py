"""`Columns`: which columns raw features have, and what their categories are."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from attrs import field, frozen

from minnet_core import Array

from ...errors import DataError
from ..dataset import Dataset
from .table import Table


@frozen(slots=False)
class Columns:
    """The columns of raw features, in order.

    Attributes:
        count: how many.
        names: all different, or None.
        categories: as `Dataset.categories`.
    """

    count: int
    names: tuple[str, ...] | None = field(default=None, repr=False)
    categories: tuple[tuple[str, ...], ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, dataset: Dataset) -> Columns:
        """Take those of a data set."""
        return cls(dataset.features.shape[1], dataset.columns, dataset.categories)

    @cached_property
    def is_number(self) -> Array:
        """For each input of a network, whether it is a number rather than one category of several."""
        return np.array([not of for of in self._each for _ in (of or "1")], bool)

    @property
    def expanded_names(self) -> tuple[str, ...] | None:
        """The names of the inputs of a network, of categories as ``colour=red``; None if columns have none."""
        if self.names is None:
            return None
        pairs = zip(self.names, self._each, strict=True)
        return tuple(name for column, of in pairs for name in ([f"{column}={text}" for text in of] or [column]))

    def expand(self, raw: Array) -> Array:
        """Write each column of categories as one of 0 and 1 for each category; nan stays nan, in all of them."""
        if not any(self.categories):
            return raw
        parts = []
        for index, of in enumerate(self.categories):
            column = raw[:, index : index + 1].astype(np.float64)
            parts.append(np.where(np.isnan(column), np.nan, column == np.arange(len(of))) if of else column)
        return np.concatenate(parts, axis=1)

    def encode(self, table: Table, positions: Sequence[int] | None = None) -> Array:
        """Take these columns from a table: float64 (rows, columns), categories as their indices, nan where missing.

        Args:
            table: that has them.
            positions: where; None finds them by name where both have names, and ignores others; else by their order.

        Raises:
            DataError: if the table has other columns, a cell that is no number, or a category that is not known.
        """
        positions = self.positions(table) if positions is None else positions
        numbers = [index for index, of in enumerate(self._each) if not of]
        encoded = np.empty((len(table), self.count))
        encoded[:, numbers] = table.numbers([positions[index] for index in numbers])
        for index, of in enumerate(self._each):
            if of:
                encoded[:, index] = _indices(table, positions[index], of)
        return encoded

    @property
    def _each(self) -> tuple[tuple[str, ...], ...]:
        return self.categories or ((),) * self.count

    def positions(self, table: Table) -> list[int]:
        """Find these columns in a table, as `encode` does.

        Raises:
            DataError: if it has other columns.
        """
        if self.names is not None and table.file.header is not None:
            missing = [name for name in self.names if table.file.header.count(name) != 1]
            if missing:
                raise DataError(
                    f"{table.file.name}: expected one column for each feature of the model, {_listed(self.names)}; "
                    f"missing or there twice: {_listed(missing)}"
                )
            return [table.file.header.index(name) for name in self.names]
        if table.file.width != self.count:
            hint = "; the target is none of them, and no names tell which is" if table.file.width > self.count else ""
            raise DataError(
                f"{table.file.name}, {table.place(0)}: expected {self.count} columns, one for each feature of the "
                f"model, received {table.file.width}{hint}"
            )
        return list(range(table.file.width))


def _indices(table: Table, column: int, categories: tuple[str, ...]) -> Array:
    index_of = {text: float(index) for index, text in enumerate(categories)} | {"": np.nan}
    texts = table.texts(column)
    for row, text in enumerate(texts):
        if text not in index_of:
            raise DataError(f"{table.where(row, column)}: expected one of {_listed(categories)}, received {text!r}")
    return np.array([index_of[text] for text in texts])


def _listed(names: Sequence[str]) -> str:
    """The first ten."""
    return ", ".join(names[:10]) + (", ..." if len(names) > 10 else "")
