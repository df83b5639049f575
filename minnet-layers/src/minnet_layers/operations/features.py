"""What operations expect of the features of a value, and of the parameters beside it."""

from __future__ import annotations

import math

import numpy as np

from minnet_core import Array
from minnet_core.compilation import NoOperationsError, Value


def features(x: Value) -> Value:
    """A view with a column for each feature."""
    return x.reshape(int(np.prod(x.shape[:-1])), x.shape[-1])


def expect_features(x: Value, n_feats: int) -> None:
    """Refuse, as one that has no operations, a value of another number of features."""
    if not x.shape or x.shape[-1] != n_feats:
        raise NoOperationsError(f"expected {n_feats} features, received {x.shape}")


def expect_last(axis: int, x: Value) -> None:
    """Refuse, as one that has no operations, an axis that is not the last."""
    if not x.shape or axis not in (-1, len(x.shape) - 1):
        raise NoOperationsError(f"expected an axis that is the last, received {axis} of {x.shape}")


def vector(array: Array) -> Array:
    """A view of all numbers of a parameter or its gradient; refused if they do not lie in one piece."""
    if not array.flags.c_contiguous:
        raise NoOperationsError(f"expected parameters and gradients in one piece, received {array.shape} with gaps")
    return array.reshape(-1)


def rows_of(x: Value, shape: tuple[int, ...]) -> Value:
    """A view with a row for each sample, or place; refused, as one that has no operations, if there are none."""
    leading = len(x.shape) - len(shape)
    if leading < 1 or x.shape[leading:] != shape:
        raise NoOperationsError(f"expected {shape} as the last axes, received {x.shape}")
    return x.reshape(math.prod(x.shape[:leading]), math.prod(shape))
