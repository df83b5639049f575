"""What the cells of a table mean: numbers, missing values, and the names of classes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from minnet_core import Array

from ...errors import DataError

MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "?"})
"""What is written for a number that is missing, in small letters."""


def is_number(cell: str) -> bool:
    """Whether a cell reads as a number, infinities included."""
    try:
        number = float(cell)
    except ValueError:
        return False
    return not math.isnan(number) and are_plain([cell])  # nan is what others write for a missing value


def are_plain(cells: Iterable[str]) -> bool:
    """Whether cells that Python takes for numbers are so for everybody.

    Python takes underscores between digits too, and the digits of other scripts; nobody else does.
    """
    text = "".join(cells)
    return text.isascii() and "_" not in text


def is_finite_number(cell: str) -> bool:
    """Whether a cell reads as a finite number."""
    return is_number(cell) and math.isfinite(float(cell))


def class_names(texts: Sequence[str], where: Callable[[int], str]) -> tuple[tuple[int, ...] | tuple[str, ...], Array]:
    """Find the classes in order, and the index of each row's.

    They are integers if all texts are, else texts.

    Args:
        texts: of each row, none of them empty.
        where: says where a row is.

    Raises:
        DataError: if all are numbers, but not all integers.

    >>> class_names(["9", "-1", "9.0"], str)
    ((-1, 9), array([1, 0, 1]))
    """
    if not all(map(is_finite_number, texts)):
        names = sorted(set(texts))
        return tuple(names), np.searchsorted(names, texts)
    numbers = [_integer(text, row, where) for row, text in enumerate(texts)]
    classes = sorted(set(numbers))
    index_of = {number: index for index, number in enumerate(classes)}  # of any size, which an array cannot hold
    return tuple(classes), np.array([index_of[number] for number in numbers])


def _integer(text: str, row: int, where: Callable[[int], str]) -> int:
    """Read a class; not by way of a float, which holds integers up to 2**53 only."""
    try:
        return int(text)
    except ValueError:
        number = float(text)
    if not number.is_integer():
        raise DataError(f"{where(row)}: expected a class, an integer or a text, received {text}")
    return int(number)
