from __future__ import annotations

import numpy as np
import pytest

from minnet_layers import HardShrink


def test_what_is_within_becomes_0_and_so_does_its_gradient():
    layer, x = HardShrink(1.0), np.array([-3.0, -1.0, 0.5, 1.0, 1.5])
    np.testing.assert_array_equal(layer.forward(x), [-3, 0, 0, 0, 1.5])
    np.testing.assert_array_equal(layer.backward(x, np.full(5, 7.0)), [7, 0, 0, 0, 7])


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_extremes_stay(dtype):
    layer, x = HardShrink(), np.array([np.inf, 6e4, 0, -6e4, -np.inf], dtype)
    with np.errstate(all="raise", under="ignore"):
        np.testing.assert_allclose(layer.forward(x), np.array([np.inf, 6e4, 0, -6e4, -np.inf], dtype), rtol=2e-3)
        np.testing.assert_allclose(layer.backward(x, np.ones_like(x)), [1, 1, 0, 1, 1], rtol=2e-3)


def test_with_0_nothing_is_lost_but_the_gradient_at_0():
    layer, x = HardShrink(0), np.array([-1e-300, 0.0, 1e-300])
    np.testing.assert_array_equal(layer.forward(x), x)
    np.testing.assert_array_equal(layer.backward(x, np.ones(3)), [1, 0, 1])


@pytest.mark.parametrize("lambd", [-1, np.nan])
def test_a_lambda_below_0_is_refused(lambd):
    with pytest.raises(ValueError, match=f"HardShrink: expected lambd to be 0 or more, received {lambd}"):
        HardShrink(lambd)


def test_nan_stays_and_lets_its_gradient_through():
    layer, x = HardShrink(), np.array([np.nan])
    assert np.isnan(layer.forward(x))
    assert layer.backward(x, np.array([7.0])) == 7
