from __future__ import annotations

import numpy as np
import pytest

from minnet_layers import Abs


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_extremes_have_the_derivative_of_their_sign(dtype):
    layer, x = Abs(), np.array([np.inf, 6e4, 0, -6e4, -np.inf], dtype)
    with np.errstate(all="raise", under="ignore"):
        np.testing.assert_allclose(layer.forward(x), np.array([np.inf, 6e4, 0, 6e4, np.inf], dtype), rtol=2e-3)
        np.testing.assert_allclose(layer.backward(x, np.ones_like(x)), [1, 1, 0, -1, -1], rtol=2e-3)


def test_minus_zero_becomes_zero():
    assert not np.signbit(Abs().forward(np.array([-0.0])))[0]


def test_the_least_integer_becomes_positive():
    np.testing.assert_array_equal(Abs().forward(np.array([-128], np.int8)), [128])
