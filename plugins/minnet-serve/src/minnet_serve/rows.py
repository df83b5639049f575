"""`Question`: the rows that a request asks about, in the order of the columns of a trained model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from attrs import frozen

from minnet_core import Array
from minnet_core.support import nearest
from minnet_train.data import Columns, Pixels

from .errors import RefusedError
from .nested_lists import LARGEST, NUMBERS, WHERE, array_of, expect_list
from .strict_json import kind_of, shown


@frozen(eq=False)
class Question:
    """What a request asks.

    Attributes:
        data: the rows, as `minnet_train.Predictor.rows` takes them.
        count: how many there are.
        is_single: whether it is one row alone, rather than a list.
    """

    data: Any
    count: int
    is_single: bool

    @classmethod
    def of(cls, value: Any, columns: Columns, *, may_be_missing: bool) -> Question:
        """Take what a request has: a row, or a list of rows.

        A row is an object of columns by name, those that the model does not take being ignored, or a list of its
        columns in order; an image is nested lists.

        Args:
            value: of JSON.
            columns: those that the model takes.
            may_be_missing: whether a number may be null.

        Raises:
            RefusedError: 422, if they are no such rows, saying which row and column.
        """
        if columns.image is not None:
            return cls._of_images(expect_list(value, str(columns.image)), columns.image, may_be_missing)
        is_single = isinstance(value, dict) or (
            isinstance(value, list) and bool(value) and not isinstance(value[0], (dict, list))
        )
        rows = [value] if is_single else expect_list(value, "a row or a list of rows")
        if not rows:
            return cls([], 0, False)
        cells = _cells(rows, columns)
        if columns.are_numbers:
            return cls(_numbers(cells, columns, range(columns.count), may_be_missing), len(rows), is_single)
        return cls(_table(cells, columns, may_be_missing), len(rows), is_single)

    @classmethod
    def _of_images(cls, value: list[Any], image: Pixels, may_be_missing: bool) -> Question:
        if not value:
            return cls([], 0, False)
        array = array_of(value, may_be_missing=may_be_missing)
        forms = [image.raw_shape, (image.count,), *([(image.height, image.width)] if image.channels == 1 else [])]
        if array.shape[1:] in forms:
            return cls(image.rows(array, WHERE), len(array), False)
        if array.shape in forms:
            return cls(image.rows(array[None], WHERE), 1, True)
        raise RefusedError(
            422,
            f"{WHERE}: expected an image {image.raw_shape}, or a list of such, received lists of the shape "
            f"{array.shape}",
        )


def _cells(rows: list[Any], columns: Columns) -> list[list[Any]]:
    """Return the cells of each row, in the order of the model's columns."""
    kind, names, cells = type(rows[0]), columns.names, []
    if kind is dict and names is None:
        raise RefusedError(
            422,
            f"{WHERE}, row 1: expected a list of {columns.count} numbers, for the columns of the model have no names, "
            "received an object",
        )
    for index, row in enumerate(rows):
        if type(row) is not kind:
            expected = kind_of(rows[0])
            raise RefusedError(
                422, f"{WHERE}, row {index + 1}: expected {expected}, as row 1 is, received {kind_of(row)}"
            )
        if kind is list:
            if len(row) != columns.count:
                of = f", one for each column of the model, {_listed(names)}" if names else ""
                raise RefusedError(
                    422, f"{WHERE}, row {index + 1}: expected {columns.count} values{of}, received {len(row)}"
                )
            cells.append(row)
            continue
        assert names is not None
        try:
            cells.append([row[name] for name in names])
        except KeyError:
            raise _missing(index, row, names) from None
    return cells


def _missing(index: int, row: dict[str, Any], names: Sequence[str]) -> RefusedError:
    missing = [name for name in names if name not in row]
    others = [name for name in row if name not in names]
    hint = nearest(missing[0], others, most=1)
    return RefusedError(
        422,
        f"{WHERE}, row {index + 1}: expected a value for each column of the model, {_listed(names)}; missing: "
        f"{_listed(missing)}{hint and f'; {hint}'}",
    )


def _numbers(cells: list[list[Any]], columns: Columns, chosen: Sequence[int], may_be_missing: bool) -> Array:
    """Return columns of numbers: float64 (rows, chosen), nan for null."""
    allowed = NUMBERS | ({type(None)} if may_be_missing else frozenset())
    array = np.empty((len(cells), len(chosen)))
    for index, row in enumerate(cells):
        own = row if len(chosen) == len(row) else [row[column] for column in chosen]
        if not set(map(type, own)) <= allowed:
            place = next(place for place, cell in enumerate(own) if type(cell) not in allowed)
            raise _no_number(index, chosen[place], own[place], columns)
        try:
            array[index] = own
        except OverflowError:  # an integer that float64 cannot hold
            array[index] = [np.inf if isinstance(cell, int) and abs(cell) > LARGEST else cell for cell in own]
    is_bad = np.abs(array) > LARGEST
    if is_bad.any():
        row, place = np.argwhere(is_bad)[0].tolist()
        raise _no_number(row, chosen[place], cells[row][chosen[place]], columns)
    return array


def _no_number(row: int, column: int, cell: object, columns: Columns) -> RefusedError:
    return RefusedError(
        422, f"{_where(row, column, columns)}: expected a finite float32 number, received {shown(cell)}"
    )


def _table(cells: list[list[Any]], columns: Columns, may_be_missing: bool) -> dict[str, Any]:
    """Return columns by name, or by number, which `minnet_train` reads as those of a table in memory."""
    is_number = [not (of or calendar) for of, calendar in _each(columns)]
    chosen = [index for index, number in enumerate(is_number) if number]
    numbers = iter(_numbers(cells, columns, chosen, may_be_missing).T if chosen else ())
    names = columns.names or tuple(map(str, range(columns.count)))
    return {
        name: next(numbers) if number else _texts([row[index] for row in cells], index, columns)
        for index, (name, number) in enumerate(zip(names, is_number, strict=True))
    }


def _texts(cells: list[Any], column: int, columns: Columns) -> list[Any]:
    """Check that a column of categories, dates or times is of one kind, so that no row changes what another means."""
    first: object = None
    for row, cell in enumerate(cells):
        if cell is None:
            continue
        kind = "a number" if type(cell) in (int, float) else kind_of(cell)
        if isinstance(cell, (dict, list)):
            raise RefusedError(422, f"{_where(row, column, columns)}: expected a text, received {kind}")
        if isinstance(cell, str) and not cell.isascii() and any("\ud800" <= each <= "\udfff" for each in cell):
            raise RefusedError(
                422, f"{_where(row, column, columns)}: expected a text, received half of a surrogate pair"
            )
        if type(cell) is int and not -(2**63) <= cell < 2**63:
            raise RefusedError(
                422, f"{_where(row, column, columns)}: expected an integer of 64 bits, received {shown(cell)}"
            )
        if first is None:
            first = kind
        if kind != first:
            raise RefusedError(
                422, f"{_where(row, column, columns)}: expected {first}, as before, received {shown(cell)}"
            )
    if first == "a number" and any(type(cell) is float for cell in cells):
        return [None if cell is None else float(cell) for cell in cells]
    return cells


def _each(columns: Columns) -> list[tuple[tuple[str, ...], Any]]:
    nothing: tuple[str, ...] = ()
    count = columns.count
    return list(zip(columns.categories or (nothing,) * count, columns.calendars or (None,) * count, strict=True))


def _where(row: int, column: int, columns: Columns) -> str:
    name = f" ({columns.names[column]!r})" if columns.names else ""
    return f"{WHERE}, row {row + 1}, column {column + 1}{name}"


def _listed(names: Sequence[str]) -> str:
    """The first ten."""
    return ", ".join(names[:10]) + (", ..." if len(names) > 10 else "")
