"""Arrays of nested lists of numbers, which are checked: `array_of`."""

from __future__ import annotations

from typing import Any

import numpy as np

from minnet_core import Array

from .errors import RefusedError
from .strict_json import kind_of, shown

LARGEST = float(np.finfo(np.float32).max)
"""The largest number that float32 holds."""

WHERE = "request"
"""What messages call the rows of a request."""

NUMBERS = frozenset({int, float, bool})
"""The types of what is a number."""

MOST_AXES = 32
"""The most axes that an array of NumPy 1 can have; one of NumPy 2 can have 64."""


def array_of(value: list[Any], *, may_be_missing: bool = False) -> Array:
    """Make an array, float64, of nested lists.

    Args:
        value: the lists.
        may_be_missing: whether null is nan, rather than an error.

    Raises:
        RefusedError: 422, if lists differ in length or are too deep, or something in them is no finite float32 number.

    >>> array_of([[1, 2], [3, 4.5]])
    array([[1. , 2. ],
           [3. , 4.5]])
    """
    _shape_of(value, NUMBERS | ({type(None)} if may_be_missing else frozenset()), ())
    try:
        array = np.array(value, np.float64)
    except OverflowError:  # an integer that float64 cannot hold
        array = np.array(_floats(value))
    with np.errstate(invalid="ignore"):
        is_bad = np.abs(array) > LARGEST
    if is_bad.any():
        place = tuple(np.argwhere(is_bad)[0].tolist())
        raise RefusedError(
            422, f"{where_is(place)}: expected a finite float32 number, received {shown(_at(value, place))}"
        )
    return array


def where_is(place: tuple[int, ...]) -> str:
    """Say where something is: the row, and what is in it, counted from 1.

    >>> where_is((0, 2)), where_is((4, 0, 1))
    ('request, row 1, column 3', 'request, row 5, place 1, 2')
    """
    row = f"{WHERE}, row {place[0] + 1}" if place else WHERE
    inner = ", ".join(str(index + 1) for index in place[1:])
    return f"{row}, {'column' if len(place) == 2 else 'place'} {inner}" if inner else row


def _shape_of(value: list[Any], allowed: frozenset[type], place: tuple[int, ...]) -> tuple[int, ...]:
    kinds = set(map(type, value))
    if kinds <= allowed:
        return (len(value),)
    if kinds != {list}:
        expected = frozenset({list}) if type(value[0]) is list else allowed
        index = next(index for index, each in enumerate(value) if type(each) not in expected)
        what = "a list, as before it" if expected == {list} else "a number"
        raise RefusedError(422, f"{where_is((*place, index))}: expected {what}, received {shown(value[index])}")
    if len(place) + 1 == MOST_AXES:
        raise RefusedError(422, f"{WHERE}: expected lists nested {MOST_AXES} deep at most, received deeper ones")
    first = _shape_of(value[0], allowed, (*place, 0))
    for index, each in enumerate(value[1:], 1):
        if (shape := _shape_of(each, allowed, (*place, index))) != first:
            raise RefusedError(
                422, f"{where_is((*place, index))}: expected the shape of the one before it, {first}, received {shape}"
            )
    return (len(value), *first)


def _floats(value: Any) -> Any:
    if isinstance(value, list):
        return [_floats(each) for each in value]
    if value is None:
        return np.nan
    try:
        return float(value)
    except OverflowError:
        return np.inf if value > 0 else -np.inf


def _at(value: Any, place: tuple[int, ...]) -> object:
    for index in place:
        value = value[index]
    return value


def expect_list(value: object, expected: str) -> list[Any]:
    """Check that a value is a list.

    Raises:
        RefusedError: 422, if it is something else.
    """
    if not isinstance(value, list):
        raise RefusedError(422, f"{WHERE}: expected {expected}, received {kind_of(value)}")
    return value
