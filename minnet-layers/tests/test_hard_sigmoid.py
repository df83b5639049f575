from __future__ import annotations

import numpy as np
import pytest

from minnet_layers import HardSigmoid


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_extremes_saturate(dtype):
    layer, x = HardSigmoid(), np.array([np.inf, 6e4, 0, -6e4, -np.inf], dtype)
    with np.errstate(all="raise", under="ignore"):
        np.testing.assert_allclose(layer.forward(x), np.array([1, 1, 0.5, 0, 0], dtype), rtol=2e-3)
        np.testing.assert_allclose(layer.backward(x, np.ones_like(x)), [0, 0, 1 / 6, 0, 0], rtol=2e-3)


def test_it_is_symmetric_about_a_half():
    x = np.linspace(-4, 4, 33)
    np.testing.assert_allclose(HardSigmoid().forward(x) + HardSigmoid().forward(-x), 1, rtol=1e-15)


def test_the_gradient_ends_at_the_kinks():
    layer, x = HardSigmoid(), np.array([-3.0, -2.999, 2.999, 3.0])
    layer.forward(x)
    np.testing.assert_array_equal(layer.backward(x, np.full(4, 6.0)), [0, 1, 1, 0])
