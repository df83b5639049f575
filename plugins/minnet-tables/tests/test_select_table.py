from __future__ import annotations

import numpy as np
import pytest

from minnet_core import ShapeError
from minnet_tables import SelectTable

A, B, C = np.ones((2, 1)), np.float32([[1, 2], [3, 4]]), np.arange(2)


def test_an_element_may_be_a_table_and_others_have_gradients_of_zero_shaped_as_they_are():
    layer, table = SelectTable(1), (C, (A, (B,)), B)
    a, (b,) = layer.forward(table)
    np.testing.assert_array_equal(a, A)
    np.testing.assert_array_equal(b, B)
    assert not np.shares_memory(b, B)
    of_c, (of_a, (of_b,)), other = layer.backward(table, (2 * A, (3 * B,)))
    np.testing.assert_array_equal(of_a, 2 * A)
    np.testing.assert_array_equal(of_b, 3 * B)
    assert [(array.shape, array.dtype.kind, array.any()) for array in (of_c, other)] == [
        ((2,), "f", False),
        ((2, 2), "f", False),
    ]
    assert other.dtype == np.float32


def test_numbers_count_from_the_end_and_there_must_be_such_an_element():
    assert SelectTable(-2).forward((A, B)) is not A
    np.testing.assert_array_equal(SelectTable(-2).forward((A, B)), A)
    for index in (2, -3):
        with pytest.raises(ShapeError, match=f"SelectTable {index}: expected input with an element {index}, received"):
            SelectTable(index).forward((A, B))
