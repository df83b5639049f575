from __future__ import annotations

import numpy as np
import pytest

from minnet_core import ShapeError
from minnet_tables import Squeeze, Unsqueeze

X = np.arange(6.0).reshape(2, 3)


@pytest.mark.parametrize("axis", [0, 1, 2, -1, -2, -3])
def test_it_is_the_inverse_of_squeeze(axis):
    layer = Unsqueeze(axis)
    y = layer.forward(X)
    np.testing.assert_array_equal(y, np.expand_dims(X, axis))
    np.testing.assert_array_equal(Squeeze(axis).forward(y), X)
    np.testing.assert_array_equal(layer.backward(X, y), X)
    assert not np.shares_memory(y, X)


@pytest.mark.parametrize("axis", [3, -4])
def test_there_must_be_a_place_for_it(axis):
    with pytest.raises(ShapeError, match=f"Unsqueeze {axis}: expected input with a place for an axis {axis}, received"):
        Unsqueeze(axis).forward(X)
