from __future__ import annotations

import numpy as np

from minnet_layers import Square


def test_output_and_derivative_are_the_formula():
    layer, x = Square(), np.array([-3.0, 0.0, 0.5])
    np.testing.assert_array_equal(layer.forward(x), [9, 0, 0.25])
    np.testing.assert_array_equal(layer.backward(x, np.array([1.0, 2.0, -4.0])), [-6, 0, -4])


def test_the_gradient_of_a_large_number_does_not_overflow_on_the_way():
    layer, x = Square(), np.array([1.5e38], np.float32)
    with np.errstate(all="raise"):
        assert layer.updateGradInput(x, np.array([0.5], np.float32))[0] == x[0]


def test_integers_do_not_wrap():
    np.testing.assert_array_equal(Square().forward(np.array([200], np.uint8)), [40_000])
