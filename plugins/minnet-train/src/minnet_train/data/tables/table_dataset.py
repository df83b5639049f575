"""`table_dataset`: a data set from a file with columns, and `TableOptions`: what these are for."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any, TypeAlias

import numpy as np
from attrs import field, frozen

from minnet_core import Array

from ...errors import DataError
from ..dataset import Dataset, Origin
from ..missing import SHOWN, missing_values
from ..stored_rows import MissingCells, StoredRows
from .bad_cells import BadCells, BadCellsError
from .category_limits import CategoryLimits
from .column_scan import ColumnScan
from .csv_file import CsvFile
from .feature_reader import FeatureReader, side_by_side
from .missing_cells import MissingCounter
from .places import Places
from .split_columns import GroupReader, OrderReader
from .table import Batch, TableFile
from .table_rows import KeptRows, TableRows
from .target_reader import NeedsTextsError, TargetReader

Column: TypeAlias = str | int
"""A column by its name, or by its index from 0; -1 is the last."""

_DROP = "; drop_missing = true leaves out rows with missing values"


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
    max_categories: int | None = None
    min_frequency: int | float | None = None
    drop_missing: bool = False
    group: Column | None = None
    order: Column | None = None

    def __attrs_post_init__(self) -> None:
        """Check what there is to choose from."""
        if self.task not in (None, "classification", "regression"):
            raise ValueError(f"task: expected 'classification' or 'regression', received {self.task!r}")
        if self.task == "classification" and len(self.target) != 1:
            raise ValueError(f"target: expected one column of classes, received {list(self.target)}")
        if not isinstance(self.drop_missing, bool):
            raise ValueError(f"expected drop_missing to be true or false, received {self.drop_missing!r}")
        _ = self.limits

    @property
    def limits(self) -> CategoryLimits:
        """Which texts are categories of their own."""
        return CategoryLimits(self.max_categories, self.min_frequency)

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


def table_dataset(file: TableFile, options: TableOptions, *, in_memory: bool = True) -> Dataset:
    """Read a file, and keep what is learned from.

    Args:
        file: that is read.
        options: what its columns are for.
        in_memory: whether the features are kept; else they are read again by groups of rows, which the file must have.

    Raises:
        DataError: naming the places of values that are missing or cannot be used.
    """
    return TableReader.read(file, options, in_memory=in_memory).dataset()


class TableReader:
    """What a file holds; the positions of its columns, by what they are for, are in ``targets`` and so on."""

    @classmethod
    def read(
        cls, file: TableFile, options: TableOptions, *, counts_all: bool = False, in_memory: bool = True
    ) -> TableReader:
        """Read a file, once if that is enough.

        Args:
            file: that is read.
            options: what its columns are for.
            counts_all: whether different texts are counted, however many there are.
            in_memory: whether the features are kept.
        """
        as_written = False
        while True:
            reader = cls(file, options, as_written, counts_all=counts_all, in_memory=in_memory)
            try:
                reader._read()
                return reader
            except NeedsTextsError:  # the target has texts after many numbers, or integers that no float can hold
                as_written = True

    def __init__(
        self, file: TableFile, options: TableOptions, as_written: bool, *, counts_all: bool, in_memory: bool
    ) -> None:
        self.file, self.options = file, options
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
        self.missing = None if in_memory else MissingCounter()
        kind = FeatureReader if in_memory else ColumnScan
        self.readers = [
            kind(file, column, column in categories, options.limits, counts_all=counts_all) for column in self.features
        ]
        self.target = TargetReader(file, self.targets[0], options.task, as_written) if len(self.targets) == 1 else None
        self.groups = [GroupReader(file, column) for column in group]
        self.order = [OrderReader(file, column) for column in order]
        self.numbers = [*self.weights, *(() if self.target else self.targets)]
        self.texts = {*categories} & {*self.features} | ({self.targets[0]} if as_written else set()) | {*self.dividing}
        self.bad: list[BadCells] = []
        self.found_numbers: list[Array] = []

    @property
    def scans(self) -> list[ColumnScan]:
        """The readers of features of which no row is kept."""
        return [reader for reader in self.readers if isinstance(reader, ColumnScan)]

    @property
    def columns(self) -> list[int]:
        """The positions of the columns that are read."""
        return sorted({*self.features, *self.targets, *self.weights, *self.dividing})

    def _read(self) -> None:
        """Read the file; what is wrong with its cells is kept until all have been seen."""
        for batch in self.file.batches(self.columns, self.texts):
            self.add(batch)
        self.conclude()

    def add(self, batch: Batch) -> None:
        """Take in some rows."""
        self.places.add(len(batch), batch.find_places)
        for reader in self.readers:
            reader.add(batch)
        if self.missing is not None:
            self.missing.add(self.scans)
        for groups in self.groups:
            groups.add(batch)
        for order in self.order:
            order.add(batch)
        try:
            if self.target is not None:
                self.target.add(batch)
            self.found_numbers.append(batch.numbers(self.numbers))
        except BadCellsError as error:
            self.bad += error.columns

    def conclude(self) -> None:
        """Look at the target when all rows have been taken in."""
        if self.target is not None and not self.bad:
            try:
                self.target.conclude()
            except BadCellsError as error:
                self.bad += error.columns

    def leave_out(self, columns: Collection[int]) -> None:
        """Ignore some columns after all."""
        self.readers = [reader for reader in self.readers if reader.column not in columns]
        self.features = [reader.column for reader in self.readers]

    def limit(self, limits: CategoryLimits) -> None:
        """Limit categories after all."""
        for reader in self.readers:
            reader.limits = limits

    def dataset(self) -> Dataset:
        """Make the data set.

        Raises:
            DataError: naming the places of values that are missing or cannot be used.
        """
        bad = [*(reader.problems() for reader in self.readers), *self.bad]
        if any(column.count for column in bad):
            raise BadCellsError(self.file.name, bad)
        categories, calendars = self._categories(), tuple(reader.calendar() for reader in self.readers)
        features = self._features(categories)
        numbers = np.concatenate(self.found_numbers)
        is_missing = np.isnan(numbers)
        without = np.zeros((len(features), 0), bool) if self.target is None else self.target.is_missing()[:, None]
        groups = self.groups[0].groups() if self.groups else None
        order = self.order[0].order() if self.order else None
        notes = self.notes()
        if self.options.drop_missing:
            lacks = self._without(features)
            is_kept = ~(is_missing.any(axis=1) | without.any(axis=1) | lacks)
            if not is_kept.any():
                raise DataError(f"{self.file.name}: expected a row without a missing value, received none")
            if not is_kept.all():
                numbers, features = numbers[is_kept], _kept(features, is_kept)
                groups, order = (None if array is None else array[is_kept] for array in (groups, order))
                self.places.keep(is_kept)
                if self.target is not None:
                    self.target.keep(is_kept)
                left = f"{np.sum(~is_kept):,} of {len(is_kept):,} rows have missing values, and are left out"
                notes += (f"{self.file.name}: {left}; drop_missing = false keeps them",)
        else:
            self.expect_none(is_missing, self.numbers)
            self.expect_none(without, self.targets)
        targets: Array = numbers[:, len(self.weights) :]
        classes: tuple[int, ...] | tuple[str, ...] = ()
        if self.target is not None:
            targets, classes = self.target.targets(lambda row: f"{self.file.name}, {self.place(row, self.targets[0])}")
            notes += () if self.target.note is None else (self.target.note,)
        return Dataset(
            self.file.name,
            features,
            targets,
            classes,
            self.names(self.features),
            None if classes else self.names(self.targets),
            weights=numbers[:, 0] if self.weights else None,
            groups=groups,
            order=order,
            categories=categories if any(categories) else (),
            calendars=calendars if any(calendars) else (),
            origin=Origin(self.places, tuple(self.features), self.file.word),
            notes=notes,
        )

    def _features(self, categories: Sequence[tuple[str, ...]]) -> Array | StoredRows:
        """Return the features: in memory, or where they are."""
        if self.missing is None:
            return side_by_side(self.readers, categories, self.places.count)
        return TableRows(self.file, self.readers, categories, [*self.texts], self.missing.cells())

    def _without(self, features: Array | StoredRows) -> Array:
        """Which rows have a missing feature."""
        if self.missing is not None:
            return self.missing.rows()
        is_without: Array = np.isnan(np.asarray(features)).any(axis=1)
        return is_without

    def _categories(self) -> tuple[tuple[str, ...], ...]:
        """Return those of each column; what is wrong with columns is told of all at once."""
        found, problems = [], []
        for reader in self.readers:
            try:
                found.append(reader.categories())
            except DataError as error:
                problems.append(str(error))
        if problems:
            more = f"\nand {len(problems) - SHOWN:,} more columns" if len(problems) > SHOWN else ""
            raise DataError("\n".join(problems[:SHOWN]) + more)
        return tuple(found)

    def _found(self, columns: Sequence[Column], what: str) -> list[int]:
        """Find columns; from the end, those are counted that are no index."""
        own = [column for column in range(self.file.width) if self.options.keep_index or column not in self.file.index]
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
        twice = sorted(name for name, count in Counter(header).items() if count > 1)
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
            raise missing_values(self.file.name, places, len(missing), _DROP)


def _kept(features: Array | StoredRows, is_kept: Array) -> Array | StoredRows:
    """Leave out rows with a missing value."""
    if not isinstance(features, StoredRows):
        return features[is_kept]
    rows = KeptRows(features, np.flatnonzero(is_kept))
    rows.missing = MissingCells(0, ())
    return rows


def delimited(file: TableFile) -> str:
    """How the columns of a file of one column are told apart that may have more."""
    if file.width > 1 or not isinstance(file, CsvFile):
        return ""
    line = file.header[0] if file.header else str(next(file.batches([0], [0])).texts(0)[0])
    other = max(";\t|", key=line.count)
    source = f'{{ class = "Csv", path = {json.dumps(file.name, ensure_ascii=False)}, delimiter = {json.dumps(other)} }}'
    source = f"; source = {source} takes {other!r} for what ends a column" if other in line else ""
    return f"; columns end at a comma, or at what delimiter says{source}"
