"""`expect_shape` and `expect_forward`: what layers check before they compute."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

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


def expect_forward(owner: Any) -> None:
    """Check that a component whose backward pass uses its last output has one.

    Raises:
        RuntimeError: if ``updateOutput`` has not run, or ``clearState`` has forgotten its result.
    """
    if owner.output is None:
        raise RuntimeError(f"{owner}: expected updateOutput(input) before updateGradInput(input, gradOutput)")
