"""Which stretch of an axis, or of a table, and which place for a new axis the arguments of a layer mean."""

from __future__ import annotations

from minnet_core import Array, ShapeError
from minnet_core.nn import describe


def place_of(owner: object, axis: int, input: Array) -> int:
    """Return where a new axis comes among those of an array, counted from 0: at most behind the last.

    Raises:
        ShapeError: if there is no such place.

    >>> import numpy as np
    >>> place_of("Unsqueeze -1", -1, np.zeros((2, 3)))
    2
    """
    places = getattr(input, "ndim", -1) + 1
    if not -places <= axis < places:
        raise ShapeError(f"{owner}: expected input with a place for an axis {axis}, received {describe(input)}")
    return axis % places


def stretch(owner: object, start: int, length: int, count: int, received: object) -> slice:
    """Return which of ``count`` things a start and a length mean; of a negative length, -1 leads to the last.

    Args:
        owner: the layer, named in the message.
        start: the first of them; a negative one counts from the end.
        length: how many; -1 for all from there on, -2 for all but the last, and so on.
        count: how many there are.
        received: what has them, for the message.

    Raises:
        ShapeError: if there are not so many.

    >>> stretch("Narrow", 1, 2, 4, None), stretch("Narrow", -3, -2, 4, None)
    (slice(1, 3, None), slice(1, 3, None))
    """
    first = start + count if start < 0 else start
    stop = first + length if length >= 0 else count + 1 + length
    if not 0 <= first < stop <= count:
        what = f"{length} of them" if length >= 0 else "some of them"
        raise ShapeError(f"{owner}: expected input with {what} from {start} on, received {describe(received)}")
    return slice(first, stop)
