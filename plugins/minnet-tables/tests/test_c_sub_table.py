from __future__ import annotations

import numpy as np

from minnet_tables import CSubTable


def test_unsigned_integers_may_differ_by_less_than_nothing():
    a, b = np.uint8([[1, 5]]), np.uint8([[3, 2]])
    layer = CSubTable()
    np.testing.assert_array_equal(layer.forward((a, b)), [[-2, 3]])
    np.testing.assert_array_equal(layer.backward((a, b), np.array([[1, 2]])), [[[1, 2]], [[-1, -2]]])
