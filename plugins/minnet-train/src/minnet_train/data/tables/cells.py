"""`class_names`: the names of classes in the texts of a column."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from minnet_core import Array

from ...errors import DataError
from .numerals import Numerals

_PLAIN = Numerals()


def class_names(
    texts: Sequence[str], where: Callable[[int], str], numerals: Numerals = _PLAIN
) -> tuple[tuple[int, ...] | tuple[str, ...], Array]:
    """Find the classes in order, and the index of each text's.

    They are integers if all texts are, else texts.

    Args:
        texts: none of them empty.
        where: says where the text of an index is.
        numerals: how numbers are written.

    Raises:
        DataError: if all are numbers, but not all integers.

    >>> class_names(["9", "-1", "9.0"], str)
    ((-1, 9), array([1, 0, 1]))
    """
    if not all(map(numerals.is_number, texts)):
        names = sorted(set(texts))
        return tuple(names), np.searchsorted(names, texts)
    numbers = [_integer(text, index, where, numerals) for index, text in enumerate(texts)]
    classes = sorted(set(numbers))
    index_of = {number: index for index, number in enumerate(classes)}  # of any size, which an array cannot hold
    return tuple(classes), np.array([index_of[number] for number in numbers])


def _integer(text: str, index: int, where: Callable[[int], str], numerals: Numerals) -> int:
    """Read a class; not by way of a float, which holds integers up to 2**53 only."""
    plain = numerals.plain(text)
    try:
        return int(plain)
    except ValueError:
        number = float(plain)
    if not number.is_integer():
        raise DataError(f"{where(index)}: expected a class, an integer or a text, received {text}")
    return int(number)
