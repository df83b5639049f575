from __future__ import annotations

import numpy as np

from minnet_tables import CMaxTable, CMinTable


def test_it_is_minus_the_largest_of_minus_its_arrays():
    table = tuple(np.random.default_rng(0).integers(-2, 3, (4, 5, 6)).astype(float))
    g, smallest, largest = np.random.default_rng(1).standard_normal((5, 6)), CMinTable(), CMaxTable()
    negative = tuple(-array for array in table)
    np.testing.assert_array_equal(smallest.forward(table), -largest.forward(negative))
    np.testing.assert_array_equal(smallest.backward(table, g), largest.backward(negative, g))
