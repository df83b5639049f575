from __future__ import annotations

import numpy as np
import pytest

from minnet_layers import HardSigmoid, HardSwish


def test_it_is_the_input_times_its_hard_sigmoid():
    x = np.linspace(-5, 5, 41)
    np.testing.assert_allclose(HardSwish().forward(x), x * HardSigmoid().forward(x), rtol=1e-15)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_extremes_are_themselves_or_0(dtype):
    layer, x = HardSwish(), np.array([6e4, 3, -1, -3, -6e4], dtype)
    with np.errstate(all="raise"):
        np.testing.assert_allclose(layer.forward(x), np.array([6e4, 3, -1 / 3, 0, 0], dtype), rtol=2e-3)
        np.testing.assert_allclose(layer.backward(x, np.ones_like(x)), [1, 1, 1 / 6, 0, 0], rtol=3e-3)


def test_the_least_output_is_at_minus_one_and_a_half():
    layer, x = HardSwish(), np.array([-1.5])
    np.testing.assert_allclose(layer.forward(x), [-0.375])
    assert layer.backward(x, np.ones(1)) == 0


def test_nan_stays_and_lets_its_gradient_through():
    layer, x = HardSwish(), np.array([np.nan])
    assert np.isnan(layer.forward(x))
    assert layer.backward(x, np.array([7.0])) == 7
