"""What the normalizations share: their arguments, and a sample's features as rows of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from minnet_core import Array, expect_shape
from minnet_core.nn import accumulation_dtype, column_sums, positive_int

from .arguments import floating


def positive_shape(owner: str, name: str, value: int | Sequence[int]) -> tuple[int, ...]:
    """Return a constructor argument as the lengths of the last axes: a number is that of one.

    Raises:
        TypeError: if one is no integer.
        ValueError: if there are none, or one is below 1.

    >>> positive_shape("LayerNormalization", "normalized_shape", 3)
    (3,)
    """
    lengths = tuple(value) if isinstance(value, (list, tuple)) else (value,)
    if not lengths:
        raise ValueError(f"{owner}: expected {name} to name an axis or more, received {value!r}")
    return tuple(positive_int(owner, name, length) for length in lengths)


def parameter_of(owner: str, value: float, shape: tuple[int, ...], dtype: npt.DTypeLike) -> Array:
    """Make a parameter that starts as one number.

    Raises:
        TypeError: if ``dtype`` is not floating.
    """
    return np.full(shape, value, floating(owner, dtype))


def expect_trailing(owner: object, input: Array, shape: tuple[int, ...]) -> None:
    """Check the last axes of an input, which has one for the batch, too.

    Raises:
        ShapeError: if there are others.

    >>> expect_trailing("LayerNormalization", np.zeros((4, 2)), (3,))
    Traceback (most recent call last):
    ...
    minnet_core.errors.ShapeError: LayerNormalization: expected input (batch, 3), received (4, 2) float64
    """
    leading = getattr(input, "ndim", 0) - len(shape)
    if leading < 1 or input.shape[leading:] != shape:
        expect_shape(owner, input, ("batch", *["any"] * (leading - 1), *shape))


def as_rows(array: Array, n: int) -> Array:
    """Return an array as rows of ``n`` numbers, contiguous, in the dtype that sums are taken in; a view where it can.

    >>> as_rows(np.zeros((4, 2, 3), np.float16), 6).dtype
    dtype('float32')
    """
    rows: Array = np.ascontiguousarray(array, accumulation_dtype(array)).reshape(-1, n)
    return rows


def add_to_gradients(layer: Any, g: Array, normalized: Array) -> None:
    r"""Add to the gradients of ``gamma`` and ``beta``, if there are such: those of rows ``g`` of gradients.

    .. math:: \frac{\partial L}{\partial\gamma} = \sum g\hat x, \quad \frac{\partial L}{\partial\beta} = \sum g
    """
    gamma, beta = layer.gradGamma, getattr(layer, "gradBeta", None)
    for name, gradient in (("gradGamma", gamma), ("gradBeta", beta)):
        if gradient is not None:
            expect_shape(layer, gradient, layer.gamma.shape, name)
    if gamma is not None:
        gamma += column_sums(g * normalized).reshape(gamma.shape)
    if beta is not None:
        beta += column_sums(g).reshape(beta.shape)
