"""What is expected of two arrays whose vectors are compared."""

from __future__ import annotations

from minnet_core import Array, ShapeError
from minnet_core.nn import describe

from ..tensors import expect_arrays


def expect_pair(owner: object, input: object) -> list[Array]:
    """Return two arrays of one shape, ``(batch, ..., n)``, in floating numbers.

    Raises:
        ShapeError: if they are others.
    """
    arrays = expect_arrays(owner, input, 2)
    if arrays[0].ndim < 2:
        raise ShapeError(f"{owner}: expected two arrays (batch, ..., n), received {describe(input)}")
    return arrays
