from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from minnet_layers import Tanh


@settings(deadline=None, max_examples=60)
@given(st.floats(-300, 300))
def test_output_and_derivative_are_the_formula(x):
    layer, array = Tanh(), np.array([x])
    np.testing.assert_allclose(layer.forward(array), [math.tanh(x)], rtol=1e-14)
    np.testing.assert_allclose(layer.backward(array, np.ones(1)), [math.cosh(x) ** -2], rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_extremes_saturate_without_overflow(dtype):
    layer, x = Tanh(), np.array([np.inf, 6e4, 0, -6e4, -np.inf], dtype)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        np.testing.assert_array_equal(layer.forward(x), [1, 1, 0, -1, -1])
        np.testing.assert_array_equal(layer.backward(x, np.ones_like(x)), [0, 0, 1, 0, 0])


def test_backward_before_forward_is_an_error():
    with pytest.raises(RuntimeError, match="expected updateOutput"):
        Tanh().backward(np.zeros(2), np.zeros(2))
