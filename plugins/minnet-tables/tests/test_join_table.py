from __future__ import annotations

import numpy as np
import pytest

from minnet_core import ShapeError
from minnet_tables import JoinTable

X = np.arange(24.0).reshape(2, 3, 4)


@pytest.mark.parametrize("axis", [0, 1, 2, -1, -3])
def test_what_is_cut_is_joined_again(axis):
    length = X.shape[axis]
    parts = tuple(np.split(X, [1, length - 1] if length > 2 else [1], axis))
    layer = JoinTable(axis)
    np.testing.assert_array_equal(layer.forward(parts), X)
    for gradient, part in zip(layer.backward(parts, X), parts, strict=True):
        np.testing.assert_array_equal(gradient, part)
        assert not np.shares_memory(gradient, X)


def test_integers_stay_integers_and_dtypes_promote():
    assert JoinTable(0).forward((np.uint8([1]), np.uint8([2]))).dtype == np.uint8
    assert JoinTable(0).forward((np.float32([1]), np.float64([2]))).dtype == np.float64


def test_refusals():
    with pytest.raises(
        ShapeError, match=r"JoinTable 1: expected input to be arrays that differ in axis 1 alone, received"
    ):
        JoinTable(1).forward((X, X[:1]))
    with pytest.raises(ShapeError, match="JoinTable 3: expected input with an axis 3, received"):
        JoinTable(3).forward((X, X))
