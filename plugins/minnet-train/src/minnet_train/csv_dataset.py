"""`load_csv`: a data set from a CSV file with a column of classes."""

from __future__ import annotations

import os
from difflib import get_close_matches

import numpy as np

from minnet_core import Array

from .csv_table import CsvTable
from .dataset import Dataset
from .errors import DataError


def load_csv(path: str | os.PathLike[str], target: str | int | None = None) -> Dataset:
    """Load a CSV file in which one column is the class of a row and all others are numbers.

    Args:
        path: the file, comma-separated, in UTF-8, with a header or without.
        target: the column of classes, by name or by index from 0; negative ones count from the end, None is the last.
            Its values are all integers, or are taken as texts.

    Raises:
        DataError: naming the line and column of a value that is missing or cannot be used.
    """
    if target is None:
        target = -1
    table = CsvTable.read(path, target=target)
    column = _column_index(table, target)
    width = len(table.rows[0])
    if width == 1:
        raise DataError(f"{table.name}: expected features and a target, received one column; columns end at a comma")
    others = [index for index in range(width) if index != column]
    classes, labels = _classes(table, column)
    _expect_training_and_test_rows(table, column, classes, labels)
    columns = tuple(table.header[index] for index in others) if table.header else ()
    names = columns if columns and len(set(columns)) == len(columns) else None
    return Dataset(table.name, table.numbers(others), labels, classes, names)


def _column_index(table: CsvTable, target: str | int) -> int:
    width = len(table.rows[0])
    if isinstance(target, int):
        if not -width <= target < width:
            raise DataError(f"{table.name}: expected target from {-width} to {width - 1}, received {target}")
        return target % width
    header = table.header or ()
    if header.count(target) != 1:
        found = f"{header.count(target)} such columns" if target in header else f"columns {', '.join(header)}"
        close = get_close_matches(target, header, n=1)
        hint = f"; did you mean {close[0]!r}?" if close and target not in header else ""
        raise DataError(f"{table.name}: expected one column {target!r}, received {found}{hint}")
    return header.index(target)


def _classes(table: CsvTable, column: int) -> tuple[tuple[int, ...] | tuple[str, ...], Array]:
    """Return the classes in order, and the index of each row's."""
    texts = table.texts(column)
    if not all(map(_is_number, texts)):
        names = sorted(set(texts))
        return tuple(names), np.searchsorted(names, texts)
    title = table.column_title(column)
    numbers = [
        _integer(text, f"{table.name}, line {line}, {title}") for text, line in zip(texts, table.lines, strict=True)
    ]
    classes = sorted(set(numbers))
    index_of = {number: index for index, number in enumerate(classes)}  # of any size, which an array cannot hold
    return tuple(classes), np.array([index_of[number] for number in numbers])


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    # Python takes underscores between digits too, and the digits of other scripts; nobody else does.
    return "_" not in text and text.isascii()


def _integer(text: str, where: str) -> int:
    """Read a class; not by way of a float, which holds integers up to 2**53 only."""
    try:
        return int(text)
    except ValueError:
        number = float(text)
    if not number.is_integer():
        raise DataError(
            f"{where}: expected a class, an integer or a text, received {text}; this version trains classifiers only"
        )
    return int(number)


def _expect_training_and_test_rows(
    table: CsvTable, column: int, classes: tuple[int, ...] | tuple[str, ...], labels: Array
) -> None:
    where = f"{table.name}, {table.column_title(column)}"
    if len(classes) < 2:
        raise DataError(f"{where}: expected at least two classes, received only {classes[0]!r}")
    single = np.flatnonzero(np.bincount(labels) == 1)
    if single.size:
        line = table.lines[int(np.flatnonzero(labels == single[0])[0])]
        raise DataError(
            f"{where}: expected at least 2 rows of each class, one to train on and one to hold out, "
            f"received one of {classes[single[0]]!r}, in line {line}"
        )
