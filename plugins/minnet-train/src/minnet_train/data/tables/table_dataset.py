"""`table_dataset`: a data set from a file with columns, and `TableOptions`: what these are for."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
from attrs import field, frozen

from minnet_core import Array

from ...errors import DataError
from ..dataset import Dataset, Origin
from ..missing import SHOWN, missing_values
from .column_readers import FeatureReader, NeedsTextsError, TargetReader, side_by_side
from .csv_file import CsvFile
from .split_columns import GroupReader, OrderReader
from .table import Batch, TableFile

Column: TypeAlias = str | int
"""A column by its name, or by its index from 0; -1 is the last."""


def _columns(value: Any) -> tuple[Column, ...]:
    return () if value is None else (value,) if isinstance(value, (str, int)) else tuple(value)


def _targets(value: Any) -> tuple[Column, ...]:
    return (-1,) if value is None else _columns(value)


@frozen
class TableOptions:
    """What the columns of a table are for: the arguments of `Csv` and `Parquet` that say so."""

    target: tuple[Column, ...] = field(converter=_targets)
    task: str | None = None
    weights: Column | None = None
    categories: tuple[Column, ...] = field(default=(), converter=_columns)
    ignore: tuple[Column, ...] = field(default=(), converter=_columns)
    keep_index: bool = False
    group: Column | None = None
    order: Column | None = None

    def __attrs_post_init__(self) -> None:
        """Check what there is to choose from."""
        if self.task not in (None, "classification", "regression"):
            raise ValueError(f"task: expected 'classification' or 'regression', received {self.task!r}")
        if self.task == "classification" and len(self.target) != 1:
            raise ValueError(f"target: expected one column of classes, received {list(self.target)}")

    @property
    def named(self) -> tuple[Column, ...]:
        """All columns that are named here."""
        return (*self.target, *_columns(self.weights), *self.categories, *self.ignore, *self.dividing)

    @property
    def dividing(self) -> tuple[Column, ...]:
        """The columns that say how rows are divided."""
        return (*_columns(self.group), *_columns(self.order))

    def texts(self) -> tuple[int, ...]:
        """The indices of columns that may hold texts, or that nobody looks at."""
        columns = (*self.target, *self.categories, *self.ignore, *self.dividing)
        return tuple(column for column in columns if isinstance(column, int))


class Places:
    """Where each row of a data set is in its file."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._places: list[Callable[[], Any]] = []
        self.count = 0

    def add(self, batch: Batch) -> None:
        """Add those of some rows."""
        self._starts.append(self.count)
        self._places.append(batch.find_places)
        self.count += len(batch)

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, row: int) -> Any:
        part = bisect_right(self._starts, int(row)) - 1
        return self._places[part]()[int(row) - self._starts[part]]


def table_dataset(file: TableFile, options: TableOptions) -> Dataset:
    """Read a file, and keep what is learned from.

    Args:
        file: that is read.
        options: what its columns are for.

    Raises:
        DataError: naming the place of a value that is missing or cannot be used.
    """
    as_written = False
    while True:
        try:
            return _TableReader(file, options, as_written).read()
        except NeedsTextsError:  # the target has texts after many numbers, or integers that no float can hold
            as_written = True


class _TableReader:
    """Reads a file; the positions of its columns, by what they are for, are in ``targets`` and so on."""

    def __init__(self, file: TableFile, options: TableOptions, as_written: bool) -> None:
        self.file, self.task, self.keep_index = file, options.task, options.keep_index
        self.targets = self._found(options.target, "target")
        self.weights = self._found(_columns(options.weights), "weights")
        ignored = self._found(options.ignore, "ignore")
        categories = self._found(options.categories, "categories")
        group, order = (self._found(_columns(getattr(options, name)), name) for name in ("group", "order"))
        self.dividing = [*group, *order]
        if both := {*self.targets} & {*self.dividing}:
            title = file.column_title(both.pop())
            raise DataError(
                f"{file.name}: expected a target, received {title}, by which rows are divided; target names it"
            )
        named = {*self.targets, *self.weights, *categories, *self.dividing}
        self.index = () if options.keep_index else tuple(each for each in file.index if each not in named)
        taken = {*self.targets, *ignored, *self.weights, *self.index, *self.dividing}
        self.features = [index for index in range(file.width) if index not in taken]
        if not self.features:
            counted = "one column" if file.width == 1 else f"{file.width} columns that are all taken"
            raise DataError(f"{file.name}: expected features and a target, received {counted}{delimited(file)}")
        self.places = Places()
        self.readers = [FeatureReader(file, column, column in categories) for column in self.features]
        self.target = TargetReader(file, self.targets[0], self.task, as_written) if len(self.targets) == 1 else None
        self.groups = [GroupReader(file, column) for column in group]
        self.order = [OrderReader(file, column) for column in order]
        self.numbers = [*self.weights, *(() if self.target else self.targets)]
        self.texts = {*categories} & {*self.features} | ({self.targets[0]} if as_written else set()) | {*self.dividing}

    def read(self) -> Dataset:
        """Read the file, once."""
        found: list[Array] = []
        for batch in self.file.batches(
            sorted({*self.features, *self.targets, *self.weights, *self.dividing}), self.texts
        ):
            self.places.add(batch)
            for reader in self.readers:
                reader.add(batch)
            for groups in self.groups:
                groups.add(batch)
            for order in self.order:
                order.add(batch)
            if self.target is not None:
                self.target.add(batch)
            found.append(batch.numbers(self.numbers))
        numbers = np.concatenate(found)
        categories = tuple(reader.categories() for reader in self.readers)
        self.expect_none(np.isnan(numbers), self.numbers)
        targets: Array = numbers[:, len(self.weights) :]
        classes: tuple[int, ...] | tuple[str, ...] = ()
        if self.target is not None:
            self.expect_none(self.target.is_missing()[:, None], self.targets)
            targets, classes = self.target.targets(lambda row: f"{self.file.name}, {self.place(row, self.targets[0])}")
        features = side_by_side(self.readers, categories, len(self.places))
        return Dataset(
            self.file.name,
            features,
            targets,
            classes,
            self.names(self.features),
            None if classes else self.names(self.targets),
            weights=numbers[:, 0] if self.weights else None,
            groups=self.groups[0].groups() if self.groups else None,
            order=self.order[0].order() if self.order else None,
            categories=categories if any(categories) else (),
            origin=Origin(self.places, tuple(self.features), self.file.word),
            notes=self.notes(),
        )

    def _found(self, columns: Sequence[Column], what: str) -> list[int]:
        """Find columns; from the end, those are counted that are no index."""
        own = [column for column in range(self.file.width) if self.keep_index or column not in self.file.index]
        try:
            return [
                own[column]
                if isinstance(column, int) and -len(own) <= column < 0
                else self.file.column_index(column, what)
                for column in columns
            ]
        except DataError as error:
            raise DataError(f"{error}{delimited(self.file)}") from None

    def names(self, columns: Sequence[int]) -> tuple[str, ...] | None:
        """The names of columns, if they have some."""
        names = self.file.names
        return tuple(names[column] for column in columns) if names else None

    def notes(self) -> tuple[str, ...]:
        """What was decided that is not plain."""
        header, used = self.file.header or (), {*self.features, *self.targets}
        is_kept = {*self.file.index} - {*self.index}
        notes = [note for note in self.file.notes if not (is_kept and "keep_index" in note)]
        twice = sorted({name for name in header if header.count(name) > 1})
        if any(header[column] in twice for column in used if header):
            assert self.file.names is not None
            renamed = ", ".join(repr(one) for one, was in zip(self.file.names, header, strict=True) if one != was)
            notes.append(
                f"{self.file.name}: several columns are called {', '.join(map(repr, twice))}; they are told by their "
                f"order, the later ones as {renamed}"
            )
        return tuple(notes)

    def place(self, row: int, column: int) -> str:
        """Name a cell in a message."""
        return f"{self.file.word} {self.places[row]}, {self.file.column_title(column)}"

    def expect_none(self, is_missing: Array, columns: Sequence[int]) -> None:
        """Check that no cell (rows, columns) of some columns is missing."""
        missing = np.argwhere(is_missing)
        if missing.size:
            places = [self.place(row, columns[column]) for row, column in missing[:SHOWN].tolist()]
            raise missing_values(self.file.name, places, len(missing))


def delimited(file: TableFile) -> str:
    """How the columns of a file of one column are told apart that may have more."""
    if file.width > 1 or not isinstance(file, CsvFile):
        return ""
    line = file.header[0] if file.header else str(next(file.batches([0], [0])).texts(0)[0])
    other = max(";\t|", key=line.count)
    source = f'{{ class = "Csv", path = {json.dumps(file.name, ensure_ascii=False)}, delimiter = {json.dumps(other)} }}'
    source = f"; source = {source} takes {other!r} for what ends a column" if other in line else ""
    return f"; columns end at a comma, or at what delimiter says{source}"
