from __future__ import annotations

import numpy as np
import pytest

from minnet_layers import ReLU, ReLU6


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_extremes_are_cut(dtype):
    layer, x = ReLU6(), np.array([np.inf, 6e4, 0, -6e4, -np.inf], dtype)
    with np.errstate(all="raise", under="ignore"):
        np.testing.assert_allclose(layer.forward(x), np.array([6, 6, 0, 0, 0], dtype), rtol=2e-3)
        np.testing.assert_allclose(layer.backward(x, np.ones_like(x)), [0, 0, 0, 0, 0], rtol=2e-3)


def test_it_is_ReLU_up_to_6():
    six, plain, x = ReLU6(), ReLU(), np.linspace(-5, 5.9, 40)
    np.testing.assert_array_equal(six.forward(x), plain.forward(x))
    np.testing.assert_array_equal(six.backward(x, x), plain.backward(x, x))
    np.testing.assert_array_equal(six.forward(x + 12), np.full(40, 6.0))


def test_it_takes_no_bounds():
    with pytest.raises(TypeError):
        ReLU6(7.0)
