from __future__ import annotations

import warnings

import numpy as np

from minnet_tables import CDivTable


def test_a_divisor_of_zero_gives_what_ieee_754_says_without_a_warning():
    a, b, layer = np.array([[1.0, -1.0, 0.0]]), np.zeros((1, 3)), CDivTable()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        np.testing.assert_array_equal(layer.forward((a, b)), [[np.inf, -np.inf, np.nan]])
        by_a, by_b = layer.backward((a, b), np.ones((1, 3)))
    np.testing.assert_array_equal(by_a, [[np.inf] * 3])
    np.testing.assert_array_equal(by_b, [[-np.inf, np.inf, np.nan]])


def test_the_square_of_a_divisor_is_never_taken():
    a, b, layer = np.float32([[1e-30]]), np.float32([[1e-25]]), CDivTable()
    layer.forward((a, b))
    _, by_b = layer.backward((a, b), np.float32([[1e-10]]))
    np.testing.assert_allclose(by_b, [[-1e10]], rtol=1e-6)
