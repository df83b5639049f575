from __future__ import annotations

import numpy as np
import pytest

from minnet_layers import ReLU, Threshold


def test_what_does_not_exceed_it_becomes_the_value_and_has_no_gradient():
    layer, x = Threshold(1.0, 20.0), np.array([-np.inf, 1.0, np.nextafter(1, 2), np.inf])
    np.testing.assert_array_equal(layer.forward(x), [20, 20, x[2], np.inf])
    np.testing.assert_array_equal(layer.backward(x, np.full(4, 3.0)), [0, 0, 3, 3])


def test_at_0_it_is_ReLU():
    layer, other, x = Threshold(0, 0), ReLU(), np.linspace(-2, 2, 9)
    np.testing.assert_array_equal(layer.forward(x), other.forward(x))
    np.testing.assert_array_equal(layer.backward(x, x), other.backward(x, x))


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_the_value_does_not_promote(dtype):
    assert Threshold(np.float64(0.1), np.float64(0.3)).forward(np.zeros(2, dtype)).dtype == dtype


def test_nan_stays_and_lets_its_gradient_through():
    layer, x = Threshold(0.5, 0.0), np.array([np.nan])
    assert np.isnan(layer.forward(x))
    assert layer.backward(x, np.array([7.0])) == 7
