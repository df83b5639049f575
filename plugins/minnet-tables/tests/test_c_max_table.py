from __future__ import annotations

import numpy as np
from hypothesis import given, settings, strategies as st

from minnet_tables import CMaxTable

NUMBERS = st.lists(st.lists(st.integers(-2, 2), min_size=3, max_size=3), min_size=1, max_size=5)


@given(NUMBERS)
@settings(max_examples=30, deadline=None)
def test_the_first_of_the_largest_has_the_whole_gradient(numbers):
    table = tuple(np.array([row], float) for row in numbers)
    layer, g = CMaxTable(), np.array([[1.0, 2.0, 3.0]])
    np.testing.assert_array_equal(layer.forward(table), np.max(table, axis=0))
    gradients = np.array(layer.backward(table, g))
    np.testing.assert_array_equal(gradients.sum(axis=0), g)
    np.testing.assert_array_equal((gradients != 0).argmax(axis=0), np.argmax(table, axis=0))


def test_nan_wins_and_infinite_gradients_stay_where_they_belong():
    a, b = np.array([[1.0, np.nan, 2.0]]), np.array([[np.nan, np.nan, 2.0]])
    layer = CMaxTable()
    np.testing.assert_array_equal(layer.forward((a, b)), [[np.nan, np.nan, 2]])
    received = layer.backward((a, b), np.array([[1.0, np.inf, np.inf]]))
    np.testing.assert_array_equal(received, [[[0, np.inf, np.inf]], [[1, 0, 0]]])
