"""What layers with parameters expect of their arguments, and the parameters that they start with."""

from __future__ import annotations

import operator
from typing import Any, SupportsIndex

import numpy as np
import numpy.typing as npt

from minnet_core import Array, expect_shape


def positive_int(owner: str, name: str, value: SupportsIndex) -> int:
    """Return a constructor argument as an int.

    Raises:
        TypeError: if it is no integer.
        ValueError: if it is below 1.

    >>> positive_int("Linear", "n_in", 0)
    Traceback (most recent call last):
    ...
    ValueError: Linear: expected n_in to be a positive integer, received 0
    """
    if type(value) is int and value > 0:  # nearly always, and there is no message to write
        return value
    message = f"{owner}: expected {name} to be a positive integer, received {value!r}"
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(message) from None
    if number < 1:
        raise ValueError(message)
    return number


def expect_features(owner: object, input: Array, n_feats: int, axis: int = -1) -> None:
    """Check how many features an input has.

    Raises:
        ShapeError: if it is another number.

    >>> expect_features("ChannelwiseScaling", np.zeros((4, 2)), 3)
    Traceback (most recent call last):
    ...
    minnet_core.errors.ShapeError: ChannelwiseScaling: expected input (4, 3), received (4, 2) float64
    """
    if not input.shape or input.shape[axis] != n_feats:
        expected = list(input.shape) or [n_feats]
        expected[axis] = n_feats
        expect_shape(owner, input, expected)


def floating(owner: str, dtype: npt.DTypeLike) -> np.dtype[Any]:
    """Return the dtype of parameters.

    Raises:
        TypeError: if it is not floating.

    >>> floating("PReLU", "float32")
    dtype('float32')
    """
    found = np.dtype(dtype)
    if found.kind != "f":
        raise TypeError(f"{owner}: expected a floating dtype, received {found}")
    return found


def draw_uniform(owner: str, rng: np.random.Generator, n: int, shape: tuple[int, ...], dtype: npt.DTypeLike) -> Array:
    r"""Draw initial parameters from :math:`U(-1/\sqrt n, 1/\sqrt n)`.

    Drawn in float64 and rounded, so that one seed gives the same network in every dtype.

    Raises:
        TypeError: if ``dtype`` is not floating.
    """
    dtype = floating(owner, dtype)
    bound = n**-0.5
    return rng.uniform(-bound, bound, shape).astype(dtype)
