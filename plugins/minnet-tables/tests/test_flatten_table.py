from __future__ import annotations

import numpy as np

from minnet_tables import FlattenTable

A, B, C = (np.full((2, n), float(n)) for n in (1, 2, 3))


def test_arrays_keep_their_order_and_gradients_are_nested_as_the_input():
    layer, table = FlattenTable(), (A, ((B,), (C, A)))
    for received, expected in zip(layer.forward(table), (A, B, C, A), strict=True):
        np.testing.assert_array_equal(received, expected)
    a, ((b,), (c, d)) = layer.backward(table, (4 * A, 3 * B, 2 * C, A))
    for received, expected in zip((a, b, c, d), (4 * A, 3 * B, 2 * C, A), strict=True):
        np.testing.assert_array_equal(received, expected)


def test_what_is_left_out_of_a_table_has_no_gradient():
    layer = FlattenTable()
    assert len(layer.forward((A, (None, B)))) == 2
    a, (nothing, b) = layer.backward((A, (None, B)), (A, B))
    assert nothing is None
    np.testing.assert_array_equal(b, B)
    np.testing.assert_array_equal(a, A)
