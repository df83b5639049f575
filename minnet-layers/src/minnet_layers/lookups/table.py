"""The table that is looked up: its first numbers, and the row that is for padding."""

from __future__ import annotations

import operator
from typing import SupportsIndex

import numpy as np
import numpy.typing as npt

from minnet_core import Array
from minnet_core.nn import positive_int

from ..arguments import floating


def draw_table(
    owner: str,
    num_embeddings: int,
    embedding_dim: int,
    padding: int | None,
    rng: int | np.random.Generator | None,
    dtype: npt.DTypeLike,
) -> Array:
    """Draw a table of standard normal numbers, with zeros in the row for padding.

    Drawn in float64 and rounded, so that one seed gives the same table in every dtype.
    """
    shape = (num_embeddings, positive_int(owner, "embedding_dim", embedding_dim))
    dtype = floating(owner, dtype)
    table: Array = np.random.default_rng(rng).standard_normal(shape).astype(dtype)
    if padding is not None:
        table[padding] = 0
    return table


def row_number(owner: str, name: str, value: SupportsIndex | None, count: int) -> int | None:
    """Return a constructor argument as the number of a row; a negative one counts from the end.

    Raises:
        TypeError: if it is neither an integer nor None.
        ValueError: if there is no such row.

    >>> row_number("Embedding", "padding_idx", -1, 5)
    4
    """
    if value is None:
        return None
    message = f"{owner}: expected {name} to be None or from {-count} to {count - 1}, received {value!r}"
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(message) from None
    if not -count <= number < count:
        raise ValueError(message)
    return number % count
