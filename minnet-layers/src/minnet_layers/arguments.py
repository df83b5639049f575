"""The features that an input has, and the dtype and first values of parameters."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from minnet_core import Array, expect_shape


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
