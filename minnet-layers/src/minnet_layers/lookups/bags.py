"""Bags of indices, of one length or of many, as an input holds them."""

from __future__ import annotations

import numpy as np
from attrs import frozen

from minnet_core import Array, ShapeError, expect_shape
from minnet_core.nn import Tensor, describe

from .groups import Groups
from .indices import as_indices


@frozen(eq=False)
class Bags:
    """The indices of several bags.

    Attributes:
        indices: of all bags, one after the other.
        bags: the bag of each.
        count: how many bags there are, empty ones among them.
    """

    indices: Array
    bags: Array
    count: int

    def groups(self) -> Groups:
        """The rows that each bag has."""
        return Groups.of_sorted(self.bags, self.indices)

    def sizes(self) -> Array:
        """How many indices each bag has."""
        return np.bincount(self.bags, minlength=self.count)


def read_bags(owner: object, input: Tensor, n_rows: int, padding: int | None) -> Bags:
    """Read an input, ``(batch, length)`` or ``(indices, offsets)``, without the indices that are padding.

    Raises:
        ShapeError: if it has neither form.
        TypeError, OutOfRangeError: if it holds no indices below ``n_rows``.
        ValueError: if the bags do not begin one after the other, the first at 0.

    >>> read_bags("EmbeddingBag", (np.array([3, 1, 4]), np.array([0, 2, 2])), 5, None).bags
    array([0, 0, 2])
    """
    if isinstance(input, tuple):
        if [getattr(each, "ndim", None) for each in input] != [1, 1]:
            raise ShapeError(
                f"{owner}: expected input (batch, length), or a tuple (indices, offsets) of two vectors, "
                f"received {describe(input)}"
            )
        indices = as_indices(owner, input[0], n_rows)
        starts = as_indices(f"{owner}, offsets", input[1], len(indices) + 1)
        ends = np.append(starts[1:], len(indices)) if len(starts) else starts
        if starts[:1].any() or (starts > ends).any() or (len(indices) and not len(starts)):
            raise ValueError(f"{owner}: expected offsets that begin at 0 and do not decrease, received {input[1]}")
        count = len(starts)
        bags = np.repeat(np.arange(count), ends - starts)
    else:
        expect_shape(owner, input, ("batch", "length"))
        count = len(input)
        indices = as_indices(owner, input, n_rows).reshape(-1)
        bags = np.repeat(np.arange(count), input.shape[1])
    if padding is not None:
        is_kept = indices != padding
        indices, bags = indices[is_kept], bags[is_kept]
    return Bags(indices, bags, count)
