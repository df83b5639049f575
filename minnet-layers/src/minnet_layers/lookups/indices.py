"""Indices into a table: which inputs are such."""

from __future__ import annotations

import numpy as np

from minnet_core import Array
from minnet_core.errors import OutOfRangeError
from minnet_core.nn import describe


def as_indices(owner: object, input: Array, count: int) -> Array:
    """Return an input as indices into a table of ``count`` rows.

    Floating numbers are taken where they are whole, since whatever reads tables of data gives those; a dtype that
    cannot tell all rows apart is not.

    Raises:
        TypeError: if the input holds no integers.
        OutOfRangeError: if one is out of range; says which, and where.

    >>> as_indices("Embedding 3 x 2", np.array([[0.0, 2.0]]), 3)
    array([[0, 2]])
    >>> as_indices("Embedding 3 x 2", np.array([[0, 1], [2, 3]]), 3)
    Traceback (most recent call last):
    ...
    minnet_core.errors.OutOfRangeError: Embedding 3 x 2: expected indices from 0 to 2, received 3 at input[1, 1]
    """
    kind = input.dtype.kind
    if kind not in "biuf":
        raise TypeError(f"{owner}: expected indices, integers from 0 to {count - 1}, received {describe(input)}")
    if kind == "f":
        if count > 2 ** (np.finfo(input.dtype).nmant + 1):
            raise TypeError(
                f"{owner}: expected integers, since {input.dtype} cannot tell {count} rows apart, "
                f"received {describe(input)}"
            )
        is_wrong = np.asarray(input != np.floor(input))
        if is_wrong.any():
            raise TypeError(f"{owner}: expected whole numbers as indices, received {_first(input, is_wrong)}")
    if input.size and not 0 <= input.min() <= input.max() < count:
        wrong = _first(input, (input < 0) | (input >= count))
        raise OutOfRangeError(f"{owner}: expected indices from 0 to {count - 1}, received {wrong}")
    return input.astype(np.intp, copy=False)


def _first(input: Array, is_wrong: Array) -> str:
    place = tuple(map(int, np.argwhere(is_wrong)[0]))
    return f"{input[place]} at input[{', '.join(map(str, place))}]" if place else f"{input}"
