from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from minnet_layers import LeakyReLU


@settings(deadline=None)
@given(
    arrays(np.float64, array_shapes(min_dims=1, max_dims=4), elements=st.floats(-1e30, 1e30)),
    st.one_of(st.sampled_from([0.0, 0.03, 1.0, -1.0, 2.0]), st.floats(-10, 10, allow_subnormal=False)),
)
def test_every_slope_gives_x_above_zero_and_slope_times_x_below(x, slope):
    layer = LeakyReLU(slope)
    np.testing.assert_array_equal(layer.forward(x), np.where(x > 0, x, slope * x))
    np.testing.assert_allclose(layer.backward(x, np.full_like(x, 3)), np.where(x > 0, 3, slope * 3), rtol=0, atol=1e-14)


@settings(deadline=None)
@given(st.floats(0, 1, width=32))
def test_the_derivative_above_zero_is_exactly_one_in_float32_for_slopes_in_use(slope):
    layer, x = LeakyReLU(slope), np.ones(3, np.float32)
    layer.forward(x)
    np.testing.assert_array_equal(layer.backward(x, x), x)


def test_slope_is_three_hundredths_if_none_is_given():
    np.testing.assert_array_equal(LeakyReLU().forward(np.array([-100.0, 2.0])), [-3.0, 2.0])


def test_the_derivative_at_zero_is_the_slope():
    layer, x = LeakyReLU(0.25), np.array([0.0, -0.0])
    layer.forward(x)
    np.testing.assert_array_equal(layer.backward(x, np.ones(2)), [0.25, 0.25])


@pytest.mark.parametrize(
    ("slope", "expected"), [(0.5, [np.inf, -np.inf]), (0, [np.inf, 0]), (-2, [np.inf, np.inf]), (3, [np.inf, -np.inf])]
)
def test_infinities_follow_the_slope(slope, expected):
    layer, x = LeakyReLU(slope), np.array([np.inf, -np.inf], np.float32)
    with np.errstate(all="raise"):
        np.testing.assert_array_equal(layer.forward(x), expected)
        np.testing.assert_array_equal(layer.backward(x, np.ones_like(x)), [1, slope])


def test_a_numpy_scalar_slope_does_not_promote_float32():
    layer, x = LeakyReLU(np.float64(0.1)), np.ones(3, np.float32)
    assert layer.forward(x).dtype == layer.backward(x, x).dtype == np.float32
