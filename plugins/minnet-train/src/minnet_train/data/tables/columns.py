"""`Columns`: which columns raw features have, and what their categories are."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from attrs import field, frozen, validators

from minnet_core import Array

from ...errors import DataError
from ..calendars import Calendar
from ..dataset import Dataset
from ..pixels import Pixels
from .bad_cells import BadCells, BadCellsError
from .category_limits import OTHERS
from .engine import numpy_of
from .same_value import SameValue
from .table import Batch, TableFile

UNKNOWN = ("error", "ignore")
"""What may be done with a text that is none of the categories of its column."""


@frozen(slots=False)
class Columns:
    """The columns of raw features, in order.

    Attributes:
        count: how many.
        names: all different, or None.
        categories: as `Dataset.categories`.
        calendars: as `Dataset.calendars`.
        unknown: what a text is that is none of the categories of its column: ``error``, or ``ignore``, which has all
            inputs of the column 0. Where there is a category of all others, it is that.
        image: as `Dataset.image`.
        parts: the named inputs of a network that takes several, side by side: the name of each, and of how many of
            these columns it is; empty if a network takes all as one. A part of one column of categories is one number:
            0 for none of them, 1 for the first, and so on, for a layer that looks vectors up.
    """

    count: int
    names: tuple[str, ...] | None = field(default=None, repr=False)
    categories: tuple[tuple[str, ...], ...] = field(default=(), repr=False)
    calendars: tuple[Calendar | None, ...] = field(default=(), repr=False)
    unknown: str = field(default="error", validator=validators.in_(UNKNOWN))
    image: Pixels | None = field(default=None, repr=False)
    parts: tuple[tuple[str, int], ...] = ()

    @classmethod
    def of(cls, dataset: Dataset, unknown: str = "error") -> Columns:
        """Take those of a data set."""
        columns = dataset.features.shape[1]
        return cls(columns, dataset.columns, dataset.categories, dataset.calendars, unknown, dataset.image)

    @cached_property
    def is_number(self) -> Array:
        """For each input of a network, whether it is a number rather than one category of several, or a time."""
        return np.repeat(np.array([not (of or calendar) for of, calendar in self._each], bool), self.widths)

    @cached_property
    def is_time(self) -> Array:
        """For each input of a network, whether it is a time itself, rather than a place in a cycle or no time."""
        is_time = np.zeros(self.width, bool)
        is_time[self._starts[[calendar is not None for _, calendar in self._each]]] = True
        return is_time

    @cached_property
    def width(self) -> int:
        """How many inputs a network has."""
        return int(self.widths.sum())

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the input of a network, of one sample."""
        return (self.width,) if self.image is None else self.image.shape

    @property
    def are_numbers(self) -> bool:
        """Whether all are numbers."""
        return not any(self.categories) and not any(self.calendars)

    @property
    def expanded_names(self) -> tuple[str, ...] | None:
        """The names of the inputs of a network, of categories as ``colour=red``; None if columns have none."""
        if self.names is None:
            return None
        names: list[str] = []
        for index, (column, (of, calendar)) in enumerate(zip(self.names, self._each, strict=True)):
            texts = () if self.is_coded(index) else of
            names += calendar.names(column) if calendar else [f"{column}={text}" for text in texts] or [column]
        return tuple(names)

    def expand(self, raw: Array) -> Array:
        """Write raw columns as the inputs of a network.

        A column of categories becomes one of 0 and 1 for each category, and one of times what its `Calendar` says; nan
        stays nan, in all of them. In a part of its own, a column of categories becomes one of their numbers from 1, in
        which nan is 0. Of images, the numbers of each channel stand together.
        """
        if self.are_numbers:
            return raw if self.image is None else self.image.arranged(raw)
        inputs = np.empty((len(raw), self.width))
        inputs[:, self.is_number] = raw[:, [index for index, (of, when) in enumerate(self._each) if not (of or when)]]
        for index, (of, calendar) in enumerate(self._each):
            if not (of or calendar):
                continue
            column, start = np.asarray(raw[:, index], np.float64), self._starts[index]
            if calendar:
                own = calendar.expand(column)
            elif self.is_coded(index):
                own = np.nan_to_num(column + 1)[:, None]
            else:
                own = np.where(np.isnan(column)[:, None], np.nan, column[:, None] == np.arange(len(of)))
            inputs[:, start : start + own.shape[1]] = own
        return inputs

    def encode(self, batch: Batch, positions: Sequence[int]) -> Array:
        """Take these columns from a table: float64 (rows, columns).

        Categories are their indices, -1 for one that is ignored; times are seconds; nan is what is missing.

        Args:
            batch: some of its rows.
            positions: where these columns are in it.

        Raises:
            BadCellsError: if there are cells that are no numbers or times, or categories that are not known.
            DataError: if a column has another type.
        """
        bad: list[BadCells] = []
        numbers = [index for index, (of, calendar) in enumerate(self._each) if not (of or calendar)]
        found = np.empty((len(batch), 0))
        try:
            found = batch.numbers([positions[index] for index in numbers])
        except BadCellsError as error:
            bad += error.columns
        if len(numbers) == self.count and not bad:
            return found
        encoded = np.empty((len(batch), self.count))
        if not bad:
            encoded[:, numbers] = found
        for index, (of, calendar) in enumerate(self._each):
            try:
                if calendar:
                    encoded[:, index] = batch.times(positions[index], calendar.kind)
                elif of:
                    encoded[:, index] = self._indices(batch, positions[index], of)
            except BadCellsError as error:
                bad += error.columns
        if bad:
            raise BadCellsError(batch.file.name, bad)
        return encoded

    def _indices(self, batch: Batch, column: int, categories: tuple[str, ...]) -> Array:
        encoded = batch.texts(column).dictionary_encode()
        texts, rows = encoded.dictionary.to_pylist(), numpy_of(encoded.indices)
        nulls = {"", *batch.file.numerals.nulls}
        index_of = dict.fromkeys(nulls, np.nan) | {text: float(index) for index, text in enumerate(categories)}
        same, is_number = SameValue(categories), not batch.is_text(column)
        for text in [text for text in texts if text not in index_of]:
            if (known := same.find(text, is_number=is_number)) is not None:
                index_of[text] = index_of[known]
        unknown = {text for text in texts if text not in index_of}
        if unknown and self.stranger(categories) is None:
            bad, expected = BadCells(), f"expected one of {_listed(categories)}"
            is_bad = np.array([text in unknown for text in texts])
            bad.add(
                np.flatnonzero(is_bad[rows]),
                lambda row: f"{batch.where(row, column)}: {expected}, received {texts[rows[row]]!r}",
            )
            raise BadCellsError(batch.file.name, [bad])
        stranger = np.nan if (index := self.stranger(categories)) is None else index
        indices: Array = np.array([index_of.get(text, stranger) for text in texts], np.float64)[rows]
        return indices

    def stranger(self, categories: Sequence[str]) -> float | None:
        """Return the index of what is none of the categories; None if that is an error."""
        if OTHERS in categories:
            return float(categories.index(OTHERS))
        return -1.0 if self.unknown == "ignore" else None

    def is_coded(self, index: int) -> bool:
        """Whether a column of categories is one number for a network."""
        return index in self._coded

    @cached_property
    def widths(self) -> Array:
        """How many inputs of a network each column becomes."""
        return np.array(
            [
                calendar.width if calendar else 1 if self.is_coded(index) else len(of) or 1
                for index, (of, calendar) in enumerate(self._each)
            ],
            np.int64,
        )

    @cached_property
    def _coded(self) -> frozenset[int]:
        starts = np.cumsum([0, *(count for _, count in self.parts)]).tolist()
        single = [start for start, (_, count) in zip(starts, self.parts, strict=False) if count == 1]
        return frozenset(index for index in single if self._each[index][0])

    @cached_property
    def _starts(self) -> Array:
        return np.cumsum(self.widths) - self.widths

    @cached_property
    def _each(self) -> tuple[tuple[tuple[str, ...], Calendar | None], ...]:
        """The categories and the calendar of each column."""
        nothing: tuple[str, ...] = ()
        return tuple(
            zip(self.categories or (nothing,) * self.count, self.calendars or (None,) * self.count, strict=True)
        )

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


def _listed(names: Sequence[str]) -> str:
    """The first ten."""
    return ", ".join(names[:10]) + (", ..." if len(names) > 10 else "")
