"""`TableOptions`: what the columns of a table are for."""

from __future__ import annotations

import json
from typing import Any, TypeAlias

from attrs import field, frozen

from ...errors import DataError
from .csv_file import CsvFile
from .table import TableFile, column_index

Column: TypeAlias = str | int
"""A column by its name, or by its index from 0; -1 is the last."""


@frozen
class Roles:
    """The columns of one file, by their positions.

    Attributes:
        targets: what to predict; may be none.
        weights: the column of weights of samples, or None.
        features: all others that are not ignored.
        categories: those of the features that were said to be texts.
    """

    targets: tuple[int, ...]
    weights: int | None
    features: tuple[int, ...]
    categories: frozenset[int]


def _columns(value: Any) -> tuple[Column, ...]:
    return () if value is None else (value,) if isinstance(value, (str, int)) else tuple(value)


def _targets(value: Any) -> tuple[Column, ...]:
    return (-1,) if value is None else _columns(value)


@frozen
class TableOptions:
    """What the columns of a table are for.

    Attributes:
        target: the column to predict, or a list of them for a regression, or an empty one if there is none; None is
            the last column.
        task: ``classification`` or ``regression``; None decides by the values: numbers that are not all integers make
            a regression.
        weights: the column of weights of samples.
        categories: columns whose numbers are names; columns of texts are categories anyway.
        ignore: columns that are left out.
    """

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

    def roles(self, file: TableFile) -> Roles:
        """Find the columns in a file.

        Raises:
            DataError: if there is no such column, one is there twice, or no feature is left.
        """
        targets = tuple(column_index(file, column, "target") for column in self.target)
        weights = None if self.weights is None else column_index(file, self.weights, "weights")
        ignored = {column_index(file, column, "ignore") for column in self.ignore}
        categories = frozenset(column_index(file, column, "categories") for column in self.categories)
        taken = {*targets, *ignored, *(() if weights is None else (weights,))}
        features = tuple(index for index in range(file.width) if index not in taken)
        if not features:
            raise DataError(
                f"{file.name}: expected features and a target, received {_counted(file.width)}{_delimited(file)}"
            )
        return Roles(targets, weights, features, categories)


def _counted(columns: int) -> str:
    return "one column" if columns == 1 else f"{columns} columns that are all taken"


def _delimited(file: TableFile) -> str:
    """How the columns of a file of one column are told apart that may have more."""
    if file.width > 1 or not isinstance(file, CsvFile):
        return ""
    line = next(file.tables(1)).texts(0)[0]
    other = max(";\t|", key=line.count)
    source = f'{{ class = "Csv", path = {json.dumps(file.name, ensure_ascii=False)}, delimiter = {json.dumps(other)} }}'
    source = f"; source = {source} takes {other!r} for what ends a column" if other in line else ""
    return f"; columns end at a comma, or at what delimiter says{source}"
