from __future__ import annotations

import numpy as np
import pytest

from minnet_core import ShapeError
from minnet_tables import Select

X = np.arange(24.0).reshape(2, 3, 4)


@pytest.mark.parametrize(("axis", "index"), [(0, 1), (1, 0), (1, -1), (-1, 3), (-2, -3)])
def test_it_is_take_and_what_is_left_out_has_no_gradient(axis, index):
    layer, g = Select(axis, index), np.take(X, 0, axis) + 1
    np.testing.assert_array_equal(layer.forward(X), np.take(X, index, axis))
    gradient = layer.backward(X, g)
    np.testing.assert_array_equal(np.take(gradient, index, axis), g)
    assert np.count_nonzero(gradient) == np.count_nonzero(g)


def test_the_only_number_of_a_sample_is_an_array_still():
    assert Select(0, 0).forward(np.ones(3)).shape == ()
    assert isinstance(Select(0, 0).forward(np.ones(3)), np.ndarray)


@pytest.mark.parametrize(("axis", "index"), [(1, 3), (1, -4), (3, 0)])
def test_refusals(axis, index):
    with pytest.raises(
        ShapeError, match=rf"Select {axis}, {index}: expected input with .*, received \(2, 3, 4\) float64"
    ):
        Select(axis, index).forward(X)
