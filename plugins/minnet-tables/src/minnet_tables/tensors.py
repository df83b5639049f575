"""Tables: tuples of arrays, nested as one likes; what is expected of them, and what is done to each array."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minnet_core import Array, ShapeError, expect_shape
from minnet_core.nn import Tensor, as_floating, describe, floating_dtype


def mapped(function: Callable[..., Any], tensor: Tensor, *others: Tensor) -> Any:
    """Apply a function to every array of a table, or to the one that there is; None stays.

    Further tensors of the same structure give it further arguments.

    >>> mapped(np.add, (np.ones(1), (np.ones(2),)), (np.ones(1), (np.ones(2),)))
    (array([2.]), (array([2., 2.]),))
    """
    if isinstance(tensor, tuple):
        return tuple(mapped(function, *parts) for parts in zip(tensor, *others, strict=True))
    return None if tensor is None else function(*map(np.asarray, (tensor, *others)))


def copied(tensor: Tensor) -> Tensor:
    """Copy every array."""
    return mapped(np.array, tensor)


def zeros_like(tensor: Tensor) -> Tensor:
    """Make a gradient of zeros for every array: floating ones, of integers too.

    >>> zeros_like((np.ones(2, np.float32), np.ones(1, np.uint8)))
    (array([0., 0.], dtype=float32), array([0.], dtype=float32))
    """
    return mapped(lambda array: np.zeros(array.shape, floating_dtype(array)), tensor)


def floating_copy(array: Array) -> Array:
    """Copy a gradient, which is in floating numbers whatever was given."""
    return np.array(array, floating_dtype(array))


def summed(tensors: list[Tensor]) -> Tensor:
    """Add gradients of one structure: new arrays; those that are None, as of indices, have nothing to add.

    >>> summed([(np.ones(2), None), (np.ones(2), np.ones(1)), None])
    (array([2., 2.]), array([1.]))
    """
    first, *others = [each for each in tensors if each is not None] or [None]
    if isinstance(first, tuple):
        return tuple(summed(list(parts)) for parts in zip(first, *others, strict=True))
    if not others:
        return mapped(floating_copy, first)
    total: Array = first + others[0]
    for other in others[1:]:
        total = total + other
    return total


def expect_table(owner: object, table: object, count: int | None = None, name: str = "input") -> tuple[Any, ...]:
    """Return a table, after a check of how many elements it has.

    Args:
        owner: the layer, named in the message.
        table: what it was given.
        count: how many elements there must be; any number from 1 on if that is None.
        name: what the caller knows it as.

    Raises:
        ShapeError: if it is no tuple, or of another length.

    >>> expect_table("CSubTable", np.zeros(3), 2)
    Traceback (most recent call last):
    ...
    minnet_core.errors.ShapeError: CSubTable: expected input to be a table of 2, received (3,) float64
    """
    if not isinstance(table, tuple) or not table or (count is not None and len(table) != count):
        words = "a table" if count is None else f"a table of {count}"
        raise ShapeError(f"{owner}: expected {name} to be {words}, received {describe(table)}")
    return table


def expect_arrays(
    owner: object, table: object, count: int | None = None, name: str = "input", *, alike: bool = True
) -> list[Array]:
    """Return the arrays of a table in floating numbers, after a check that they are arrays, of one shape if so said.

    Raises:
        ShapeError: if they are not.
    """
    arrays = [*expect_table(owner, table, count, name)]
    if not all(isinstance(array, np.ndarray) for array in arrays):
        raise ShapeError(f"{owner}: expected {name} to be a table of arrays, received {describe(table)}")
    if alike and any(array.shape != arrays[0].shape for array in arrays):
        raise ShapeError(f"{owner}: expected {name} to be a table of arrays of one shape, received {describe(table)}")
    return [as_floating(array) for array in arrays]


def expect_like(owner: object, received: Tensor, expected: Tensor, name: str = "gradOutput") -> None:
    """Check that a tensor has the structure of another one, and its shapes.

    Raises:
        ShapeError: if it has not.

    >>> expect_like("SplitTable 1", (np.zeros(2), np.zeros(1)), (np.zeros(2), np.zeros(2)))
    Traceback (most recent call last):
    ...
    minnet_core.errors.ShapeError: SplitTable 1: expected gradOutput[1] (2,), received (1,) float64
    """
    if isinstance(expected, tuple):
        if expected:
            expect_table(owner, received, len(expected), name)
        for index, pair in enumerate(zip(received, expected, strict=True)):
            expect_like(owner, *pair, f"{name}[{index}]")
    elif expected is not None:
        expect_shape(owner, received, np.shape(expected), name)
