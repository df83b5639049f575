"""`table_dataset`: a data set from a file with columns, and `TableOptions`: what these are for."""

from __future__ import annotations

import json
from array import array
from collections.abc import Sequence
from sys import intern
from typing import Any, TypeAlias

import numpy as np
from attrs import field, frozen

from minnet_core import Array

from ...errors import DataError
from ..dataset import Dataset, Origin
from ..missing import SHOWN, missing_values
from .cells import MISSING, class_names, is_finite_number
from .columns import Columns
from .csv_file import CsvFile
from .table import Table, TableFile

MOST_CATEGORIES = 100
"""So many different texts in a column are still taken for categories without being asked to."""

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

    def __attrs_post_init__(self) -> None:
        """Check what there is to choose from."""
        if self.task not in (None, "classification", "regression"):
            raise ValueError(f"task: expected 'classification' or 'regression', received {self.task!r}")
        if self.task == "classification" and len(self.target) != 1:
            raise ValueError(f"target: expected one column of classes, received {list(self.target)}")

    @property
    def named(self) -> tuple[Column, ...]:
        """All columns that are named here."""
        return (*self.target, *_columns(self.weights), *self.categories, *self.ignore)

    def texts(self) -> tuple[int, ...]:
        """The indices of columns that may hold texts, or that nobody looks at."""
        return tuple(column for column in (*self.target, *self.categories, *self.ignore) if isinstance(column, int))


def table_dataset(file: TableFile, options: TableOptions) -> Dataset:
    """Read a file twice: once for what its columns hold, and once for the numbers.

    Args:
        file: that is read.
        options: what its columns are for.

    Raises:
        DataError: naming the place of a value that is missing or cannot be used.
    """
    reader = _TableReader(file, options)
    reader.look()
    return reader.read(reader.columns())


class _TableReader:
    """Reads a file; the positions of its columns, by what they are for, are in ``targets`` and so on."""

    def __init__(self, file: TableFile, options: TableOptions) -> None:
        self.file = file
        self.task = options.task
        self.targets = [file.column_index(column, "target") for column in options.target]
        self.weights = [file.column_index(column, "weights") for column in _columns(options.weights)]
        ignored = [file.column_index(column, "ignore") for column in options.ignore]
        self.categories = [file.column_index(column, "categories") for column in options.categories]
        taken = {*self.targets, *ignored, *self.weights}
        self.features = [index for index in range(file.width) if index not in taken]
        if not self.features:
            counted = "one column" if file.width == 1 else f"{file.width} columns that are all taken"
            raise DataError(f"{file.name}: expected features and a target, received {counted}{_delimited(file)}")
        # What `look` finds out:
        self.lines = array("q")
        self.target_texts: list[str] = []  # if there is just one target
        self.holds: dict[int, tuple[bool, bool]] = {}  # whether a column has numbers, and whether it has texts
        self.texts: dict[int, set[str]] = {}  # of each column that has no numbers, or is to be categories

    def look(self) -> None:
        """Read the file for what its columns hold."""
        for table in self.file.tables():
            self.lines.extend(table.lines)
            if len(self.targets) == 1:
                self.target_texts += map(intern, table.texts(self.targets[0]))  # the same few texts, most often
            for column in self.features:
                before = self.holds.get(column, (False, False))
                if column not in self.categories and before != (True, True):
                    now = table.holds_numbers(column)
                    self.holds[column] = (before[0] or now[0], before[1] or now[1])
                if self.is_category(column):
                    self.texts.setdefault(column, set()).update(table.texts(column))
        if all(is_finite_number(text) for text in self.target_texts if text.lower() not in MISSING):
            self.target_texts = ["" if text.lower() in MISSING else text for text in self.target_texts]

    def is_category(self, column: int) -> bool:
        """Whether a column was said to be one of categories, or has had only texts up to here."""
        return column in self.categories or self.holds[column] == (False, True)

    def columns(self) -> Columns:
        """Describe the features."""
        categories = []
        for column in self.features:
            texts = tuple(sorted(self.texts[column] - {""})) if self.is_category(column) else ()
            if len(texts) > MOST_CATEGORIES and column not in self.categories:
                raise DataError(
                    f"{self.file.name}, {self.file.column_title(column)}: expected numbers, or up to "
                    f"{MOST_CATEGORIES} different texts, received {len(texts):,}; ignore leaves a column out, "
                    "categories takes it for one"
                )
            categories.append(texts)
        return Columns(len(self.features), self.names(self.features), tuple(categories) if any(categories) else ())

    def names(self, columns: Sequence[int]) -> tuple[str, ...] | None:
        """The names of columns, if they have some that are all different."""
        names = tuple(self.file.header[column] for column in columns) if self.file.header else ()
        return names if names and len(set(names)) == len(names) else None

    def read(self, columns: Columns) -> Dataset:
        """Read the file for its numbers."""
        rows = len(self.lines)
        features = np.empty((rows, columns.count))
        weights = np.empty((rows, len(self.weights)))
        is_regression = self.is_regression()
        numbers = np.empty((rows, len(self.targets) if is_regression else 0))
        start = 0
        for table in self.file.tables():
            part = slice(start, start + len(table))
            features[part] = self.encode(table, columns)
            weights[part] = table.numbers(self.weights)
            if is_regression:
                numbers[part] = table.numbers(self.targets)
            start += len(table)
        self.expect_none(np.isnan(numbers), self.targets)
        self.expect_none(np.isnan(weights), self.weights)
        targets: Array = numbers
        classes: tuple[int, ...] | tuple[str, ...] = ()
        if not is_regression:
            self.expect_none(np.array([[not text] for text in self.target_texts]), self.targets)
            classes, targets = class_names(
                self.target_texts, lambda row: f"{self.file.name}, {self.place(row, self.targets[0])}"
            )
        return Dataset(
            self.file.name,
            features,
            targets,
            classes,
            columns.names,
            self.names(self.targets) if is_regression else None,
            weights=weights[:, 0] if self.weights else None,
            categories=columns.categories,
            origin=Origin(np.array(self.lines), tuple(self.features), self.file.ROW),
        )

    def encode(self, table: Table, columns: Columns) -> Array:
        """Take the features from a table."""
        try:
            return columns.encode(table, self.features)
        except DataError as error:
            if (True, True) in self.holds.values():
                raise DataError(f"{error}; categories = [...] reads a column as strings") from None
            raise

    def is_regression(self) -> bool:
        """Whether the targets are numbers to predict, rather than classes."""
        if self.task is not None or len(self.targets) != 1:
            return self.task != "classification"
        texts = list(filter(None, self.target_texts))
        return all(map(is_finite_number, texts)) and not all(float(text).is_integer() for text in texts)

    def place(self, row: int, column: int) -> str:
        """Name a cell in a message."""
        return f"{self.file.ROW} {self.lines[row]}, {self.file.column_title(column)}"

    def expect_none(self, is_missing: Array, columns: Sequence[int]) -> None:
        """Check that no cell (rows, columns) of some columns is missing."""
        missing = np.argwhere(is_missing)
        if missing.size:
            places = [self.place(row, columns[column]) for row, column in missing[:SHOWN].tolist()]
            raise missing_values(self.file.name, places, len(missing))


def _delimited(file: TableFile) -> str:
    """How the columns of a file of one column are told apart that may have more."""
    if file.width > 1 or not isinstance(file, CsvFile):
        return ""
    line = next(file.tables(1)).texts(0)[0]
    other = max(";\t|", key=line.count)
    source = f'{{ class = "Csv", path = {json.dumps(file.name, ensure_ascii=False)}, delimiter = {json.dumps(other)} }}'
    source = f"; source = {source} takes {other!r} for what ends a column" if other in line else ""
    return f"; columns end at a comma, or at what delimiter says{source}"
