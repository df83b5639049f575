from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from minnet_layers import Sigmoid


@settings(deadline=None, max_examples=60)
@given(st.floats(-700, 700))
def test_output_and_derivative_are_the_formula(x):
    layer, array = Sigmoid(), np.array([x])
    expected = math.exp(min(x, 0)) / (1 + math.exp(-abs(x)))
    np.testing.assert_allclose(layer.forward(array), [expected], rtol=1e-14)
    derivative = math.exp(-abs(x)) / (1 + math.exp(-abs(x))) ** 2
    np.testing.assert_allclose(layer.backward(array, np.ones(1)), [derivative], rtol=1e-14, atol=1e-15)


def test_float32_far_below_zero_keeps_its_digits():
    x = -np.linspace(0, 87, 500, dtype=np.float32)
    np.testing.assert_allclose(Sigmoid().forward(x), 1 / (1 + np.exp(-x.astype(np.float64))), rtol=1e-6)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_extremes_saturate_without_overflow(dtype):
    layer, x = Sigmoid(), np.array([np.inf, 6e4, 0, -6e4, -np.inf], dtype)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        np.testing.assert_array_equal(layer.forward(x), [1, 1, 0.5, 0, 0])
        np.testing.assert_array_equal(layer.backward(x, np.ones_like(x)), [0, 0, 0.25, 0, 0])


def test_backward_before_forward_is_an_error():
    with pytest.raises(RuntimeError, match="expected updateOutput"):
        Sigmoid().backward(np.zeros(2), np.zeros(2))
