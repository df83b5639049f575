from __future__ import annotations

import numpy as np
import pytest

from minnet_core import ShapeError
from minnet_tables import SplitTable

X = np.arange(24.0).reshape(2, 3, 4)


@pytest.mark.parametrize("axis", [0, 1, 2, -1])
def test_it_holds_what_is_at_each_place(axis):
    layer = SplitTable(axis)
    parts = layer.forward(X)
    assert len(parts) == X.shape[axis]
    for index, part in enumerate(parts):
        np.testing.assert_array_equal(part, X.take(index, axis))
        assert not np.shares_memory(part, X)
    np.testing.assert_array_equal(layer.backward(X, parts), X)


def test_refusals():
    layer = SplitTable(1)
    with pytest.raises(ShapeError, match=r"SplitTable 1: expected input with an axis 1, received \(3,\) float64"):
        layer.forward(np.ones(3))
    layer.forward(X)
    with pytest.raises(ShapeError, match="SplitTable 1: expected gradOutput to be a table of 3"):
        layer.backward(X, (X[:, 0],))
