"""`table_dataset`: a data set from a file with columns."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from sys import intern

import numpy as np
from attrs import Factory, define

from minnet_core import Array

from ...errors import DataError
from ..dataset import Dataset, Origin
from ..missing import SHOWN, missing_values
from .class_names import class_names, is_plain_number
from .columns import Columns
from .csv_table import MISSING
from .table import Table, TableFile, column_title
from .table_options import Roles, TableOptions

MOST_CATEGORIES = 100
"""So many different texts in a column are still taken for categories without being asked to."""


@define
class _Found:
    """What one reading of a file tells.

    Attributes:
        texts: of each column that has no numbers, or is to be categories, its texts.
        has: for each column, whether it has numbers and whether it has texts.
        targets: the texts of the target, if there is just one.
        lines: of each row.
        word: what a line is called.
    """

    texts: dict[int, set[str]] = Factory(dict)
    has: dict[int, tuple[bool, bool]] = Factory(dict)
    targets: list[str] = Factory(list)
    lines: array[int] = Factory(lambda: array("q"))
    word: str = "line"


def table_dataset(file: TableFile, options: TableOptions) -> Dataset:
    """Read a file twice: once for what its columns hold, and once for the numbers.

    Args:
        file: that is read.
        options: what its columns are for.

    Raises:
        DataError: naming the place of a value that is missing or cannot be used.
    """
    roles = options.roles(file)
    found = _look(file, roles)
    columns = _columns(file, roles, found)
    features, weights, numbers = _read(file, roles, columns, found, options)
    names = tuple(file.header[index] for index in roles.targets) if file.header else None
    classes: tuple[int, ...] | tuple[str, ...] = ()
    if numbers is None:
        classes, targets = class_names(found.targets, lambda row: _place(file, found, row, roles.targets[0]))
    else:
        targets = numbers
    origin = Origin(np.array(found.lines), roles.features, found.word)
    return Dataset(
        file.name,
        features,
        targets,
        classes,
        columns.names,
        names if numbers is not None and names and len(set(names)) == len(names) else None,
        weights=weights,
        categories=columns.categories,
        origin=origin,
    )


def _look(file: TableFile, roles: Roles) -> _Found:
    found = _Found()
    for table in file.tables():
        found.word = table.place(0).split()[0]
        found.lines.extend(table.lines)
        if len(roles.targets) == 1:
            found.targets += map(intern, table.texts(roles.targets[0]))  # the same few texts, most often
        for column in roles.features:
            before = found.has.get(column, (False, False))
            if column not in roles.categories and before != (True, True):
                now = table.holds_numbers(column)
                found.has[column] = (before[0] or now[0], before[1] or now[1])
            if column in roles.categories or found.has[column] == (False, True):
                found.texts.setdefault(column, set()).update(table.texts(column))
    if all(is_plain_number(text) for text in found.targets if text.lower() not in MISSING):
        found.targets = ["" if text.lower() in MISSING else text for text in found.targets]
    return found


def _columns(file: TableFile, roles: Roles, found: _Found) -> Columns:
    categories = []
    for column in roles.features:
        texts: tuple[str, ...] = ()
        if column in roles.categories or found.has[column] == (False, True):
            texts = tuple(sorted(found.texts[column] - {""}))
            if len(texts) > MOST_CATEGORIES and column not in roles.categories:
                raise DataError(
                    f"{file.name}, {column_title(file.header, column)}: expected numbers, or up to {MOST_CATEGORIES} "
                    f"different texts, received {len(texts):,}; ignore leaves a column out, categories takes it for one"
                )
        categories.append(texts)
    names = tuple(file.header[index] for index in roles.features) if file.header else ()
    unique = names if names and len(set(names)) == len(names) else None
    return Columns(len(roles.features), unique, tuple(categories) if any(categories) else ())


def _read(
    file: TableFile, roles: Roles, columns: Columns, found: _Found, options: TableOptions
) -> tuple[Array, Array | None, Array | None]:
    """Return the features, the weights, and the targets of a regression, or None for a classification."""
    features = np.empty((len(found.lines), columns.count))
    weights = None if roles.weights is None else np.empty(len(found.lines))
    targets = np.empty((len(found.lines), len(roles.targets))) if _is_regression(options, found) else None
    start = 0
    for table in file.tables():
        rows = slice(start, start + len(table))
        features[rows] = _encoded(table, roles, columns, found)
        if weights is not None and roles.weights is not None:
            weights[rows] = table.numbers([roles.weights])[:, 0]
        if targets is not None:
            targets[rows] = table.numbers(roles.targets)
        start += len(table)
    _expect_all(file, found, targets, roles.targets)
    _expect_all(file, found, None if weights is None else weights[:, None], (roles.weights,))
    if targets is None:
        _expect_texts(file, roles, found)
    return features, weights, targets


def _encoded(table: Table, roles: Roles, columns: Columns, found: _Found) -> Array:
    try:
        return columns.encode(table, roles.features)
    except DataError as error:
        if (True, True) in found.has.values():
            raise DataError(f"{error}; categories = [...] takes a column for texts") from None
        raise


def _is_regression(options: TableOptions, found: _Found) -> bool:
    if options.task is not None or len(options.target) != 1:
        return options.task != "classification"
    numbers = [text for text in found.targets if text]
    if not all(map(is_plain_number, numbers)):
        return False
    return not all(float(text).is_integer() for text in numbers)


def _place(file: TableFile, found: _Found, row: int, column: int) -> str:
    return f"{file.name}, {found.word} {found.lines[row]}, {column_title(file.header, column)}"


def _expect_all(file: TableFile, found: _Found, values: Array | None, columns: tuple[int | None, ...]) -> None:
    if values is not None and np.isnan(values).any():
        _refuse(file, found, ((int(row), columns[column] or 0) for row, column in np.argwhere(np.isnan(values))))


def _expect_texts(file: TableFile, roles: Roles, found: _Found) -> None:
    if "" in found.targets:
        _refuse(file, found, ((row, roles.targets[0]) for row, text in enumerate(found.targets) if not text))


def _refuse(file: TableFile, found: _Found, cells: Iterator[tuple[int, int]]) -> None:
    missing = list(cells)
    places = [_place(file, found, *cell).removeprefix(f"{file.name}, ") for cell in missing[:SHOWN]]
    raise missing_values(file.name, places, len(missing))
