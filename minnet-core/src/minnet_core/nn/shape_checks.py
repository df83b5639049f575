"""`expect_shape`, `axis_of`, `expect_tensor` and `expect_forward`: what is checked before anything is computed."""

from __future__ import annotations

from collections.abc import Sequence
from types import NoneType
from typing import Any

import numpy as np

from ..errors import ShapeError
from .arrays import describe


def expect_shape(owner: object, array: Any, expected: Sequence[int | str], name: str = "input") -> None:
    """Check the shape of an array that a component was given.

    Args:
        owner: the component, named in the message.
        array: what it was given.
        expected: one entry an axis: a length, or a word for an axis of any length.
        name: what the caller knows the array as.

    Raises:
        ShapeError: if the number of axes or a fixed length differs.

    >>> import numpy as np
    >>> expect_shape("Linear 784 -> 256", np.zeros((32, 100)), ("batch", 784))
    Traceback (most recent call last):
    ...
    minnet_core.errors.ShapeError: Linear 784 -> 256: expected input (batch, 784), received (32, 100) float64
    """
    shape = getattr(array, "shape", None)
    if shape == expected:  # the common case: an element-wise layer compares two shape tuples
        return
    if shape is not None and len(shape) == len(expected):
        for have, want in zip(shape, expected, strict=True):
            if have != want and not isinstance(want, str):
                break
        else:
            return
    wanted = ", ".join(map(str, expected)) + ("," if len(expected) == 1 else "")
    raise ShapeError(f"{owner}: expected {name} ({wanted}), received {describe(array)}")


def axis_of(owner: object, axis: int, array: Any, name: str = "input") -> int:
    """Return which axis of an array is meant, counted from 0.

    Raises:
        ShapeError: if the array has none of this number.

    >>> axis_of("Select -1, 0", -1, np.zeros((2, 3)))
    1
    >>> axis_of("Sum", 2, np.zeros((2, 3)))
    Traceback (most recent call last):
    ...
    minnet_core.errors.ShapeError: Sum: expected input with an axis 2, received (2, 3) float64
    """
    axes = getattr(array, "ndim", 0)  # of a table, which has no axes either
    if not -axes <= axis < axes:
        raise ShapeError(f"{owner}: expected {name} with an axis {axis}, received {describe(array)}")
    return int(axis % axes)


def expect_tensor(owner: object, value: object, name: str = "input") -> None:
    """Check that a component is given plain arrays.

    A list is taken by some operations of NumPy and not by others; a data frame, or the tensor of another framework,
    answers some with a result of its own kind; ``*`` of a ``np.matrix`` is another product; a masked array loses its
    mask on the way. A mapped file is as good as an array.

    Args:
        owner: the component, named in the message.
        value: what it was given.
        name: what the caller knows it as.

    Raises:
        TypeError: if it is no array, nor a tuple of arrays, of numbers, and of None for what is left out.

    >>> expect_tensor("ReLU", [1.0, 2.0])
    Traceback (most recent call last):
    ...
    TypeError: ReLU: expected an array, or a tuple of arrays, received list
    """
    pending = [value]
    while pending:
        part = pending.pop()
        if isinstance(part, tuple):
            pending.extend(inner for inner in part if not isinstance(inner, (int, float, NoneType)))
        elif type(part) not in (np.ndarray, np.memmap) and not isinstance(part, np.generic):
            is_convertible = hasattr(part, "__array__") and not isinstance(part, np.ndarray)
            hint = f"; np.asarray({name}) makes an array of it" if is_convertible and part is value else ""
            what = "" if name == "input" else f"{name} to be "
            raise TypeError(
                f"{owner}: expected {what}an array, or a tuple of arrays, received {type(part).__name__}{hint}"
            )


def expect_forward(owner: Any) -> None:
    """Check that a component whose backward pass uses its last output has one.

    Raises:
        RuntimeError: if ``updateOutput`` has not run, or ``clearState`` has forgotten its result.
    """
    if owner.output is None:
        raise RuntimeError(f"{owner}: expected updateOutput(input) before updateGradInput(input, gradOutput)")
