"""`Columns`: which columns raw features have, and what their categories are."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from attrs import field, frozen

from minnet_core import Array

from ...errors import DataError
from ..dataset import Dataset
from .table import Batch, TableFile


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

    def encode(self, batch: Batch, positions: Sequence[int]) -> Array:
        """Take these columns from a table: float64 (rows, columns), categories as their indices, nan where missing.

        Args:
            batch: some of its rows.
            positions: where these columns are in it.

        Raises:
            DataError: if there is a cell that is no number, or a category that is not known.
        """
        numbers = [index for index, of in enumerate(self._each) if not of]
        found = batch.numbers([positions[index] for index in numbers])
        if len(numbers) == self.count:
            return found
        encoded = np.empty((len(batch), self.count))
        encoded[:, numbers] = found
        for index, of in enumerate(self._each):
            if of:
                encoded[:, index] = _indices(batch, positions[index], of)
        return encoded

    @property
    def _each(self) -> tuple[tuple[str, ...], ...]:
        return self.categories or ((),) * self.count

    def in_order(self, names: Sequence[str], of: str) -> list[int]:
        """Find these columns among those of other data, by name.

        Raises:
            DataError: if one is missing, or there are several of its name.
        """
        own, places = {*(self.names or ())}, {name: place for place, name in enumerate(names)}
        # Of several columns of one name, the later ones are called a.1 and so on.
        wrong = [name for name in self.names or () if name not in places or f"{name}.1" in places.keys() - own]
        if wrong:
            raise DataError(
                f"{of}: expected one column for each feature of the model, {_listed(self.names or ())}; "
                f"missing or there twice: {_listed(wrong)}"
            )
        return [places[name] for name in self.names or ()]

    def positions(self, file: TableFile) -> list[int]:
        """Find these columns in a table: by name where both have names, others being ignored; else by their order.

        Raises:
            DataError: if it has other columns.
        """
        if self.names is not None and file.names is not None:
            return self.in_order(file.names, file.name)
        found = [column for column in range(file.width) if column not in file.index]
        if len(found) != self.count:
            hint = "; the target is none of them, and no names tell which is" if len(found) > self.count else ""
            raise DataError(
                f"{file.name}: expected {self.count} columns, one for each feature of the model, "
                f"received {len(found)}{hint}"
            )
        return found


def _indices(batch: Batch, column: int, categories: tuple[str, ...]) -> Array:
    nulls = dict.fromkeys(("", *batch.file.numerals.nulls), np.nan)
    index_of = nulls | {text: float(index) for index, text in enumerate(categories)}
    encoded = batch.texts(column).dictionary_encode()
    texts, rows = encoded.dictionary.to_pylist(), encoded.indices.to_numpy(zero_copy_only=False)
    unknown = [index for index, text in enumerate(texts) if text not in index_of]
    if unknown:
        row = int(np.flatnonzero(np.isin(rows, unknown))[0])
        raise DataError(
            f"{batch.where(row, column)}: expected one of {_listed(categories)}, received {texts[rows[row]]!r}"
        )
    indices: Array = np.array([index_of[text] for text in texts])[rows]
    return indices


def _listed(names: Sequence[str]) -> str:
    """The first ten."""
    return ", ".join(names[:10]) + (", ..." if len(names) > 10 else "")
