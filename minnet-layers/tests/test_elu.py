from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from minnet_layers import ELU


@settings(deadline=None)
@given(st.floats(-1e30, 1e30), st.floats(-5, 5, allow_subnormal=False))
def test_output_and_derivative_are_the_formula_to_full_relative_accuracy(x, alpha):
    layer, array = ELU(alpha), np.array([x])
    expected = x if x > 0 else alpha * math.expm1(x)
    derivative = 1 if x > 0 else alpha * math.exp(x)
    np.testing.assert_allclose(layer.forward(array), [expected], rtol=1e-14, atol=1e-300)
    np.testing.assert_allclose(layer.backward(array, np.ones(1)), [derivative], rtol=1e-14, atol=1e-300)


def test_float32_near_zero_keeps_its_digits():
    x = -np.geomspace(1e-30, 50, 500)
    layer, single = ELU(), x.astype(np.float32)
    np.testing.assert_allclose(layer.forward(single), np.expm1(single.astype(np.float64)), rtol=1e-6)
    np.testing.assert_allclose(
        layer.backward(single, np.ones_like(single)), np.exp(single.astype(np.float64)), rtol=1e-6
    )


@pytest.mark.parametrize("alpha", [1.0, 0.5, 2.0])
def test_the_derivative_at_zero_is_alpha(alpha):
    layer, x = ELU(alpha), np.array([0.0, -0.0])
    layer.forward(x)
    np.testing.assert_array_equal(layer.backward(x, np.ones(2)), [alpha, alpha])


@pytest.mark.parametrize("alpha", [1.0, 0.5])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_extremes_saturate_without_overflow(alpha, dtype):
    layer, x = ELU(alpha), np.array([np.inf, 1e30, -1e30, -np.inf], dtype)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        np.testing.assert_array_equal(layer.forward(x), [np.inf, dtype(1e30), -alpha, -alpha])
        np.testing.assert_array_equal(layer.backward(x, np.ones_like(x)), [1, 1, 0, 0])


def test_a_numpy_scalar_alpha_does_not_promote_float32():
    layer, x = ELU(np.float64(0.5)), np.ones(3, np.float32)
    assert layer.forward(x).dtype == layer.backward(x, x).dtype == np.float32
