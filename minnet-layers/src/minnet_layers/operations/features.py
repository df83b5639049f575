"""What operations expect of the features of a value."""

from __future__ import annotations

import numpy as np

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
