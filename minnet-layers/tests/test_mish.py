from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from minnet_layers import Mish


@settings(deadline=None, max_examples=60)
@given(st.floats(-300, 300))
def test_output_and_derivative_are_the_formula(x):
    layer, array = Mish(), np.array([x])
    soft_plus = max(x, 0) + math.log1p(math.exp(-abs(x)))
    gate = math.tanh(soft_plus)
    np.testing.assert_allclose(layer.forward(array), [x * gate], rtol=1e-14)
    slope = gate + x * math.cosh(soft_plus) ** -2 / (1 + math.exp(-x))
    np.testing.assert_allclose(layer.backward(array, np.ones(1)), [slope], rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_extremes_are_themselves_or_0(dtype):
    layer, x = Mish(), np.array([6e4, 100, 0, -100, -6e4], dtype)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        np.testing.assert_allclose(layer.forward(x), np.maximum(x, 0), atol=1e-6)
        np.testing.assert_allclose(layer.backward(x, np.ones_like(x)), [1, 1, 0.6, 0, 0], rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("mode", ["train", "evaluate"])
def test_backward_needs_no_forward_pass(mode):
    layer, other, x = Mish(), Mish(), np.linspace(-2, 2, 9)
    getattr(layer, mode)()
    other.forward(x)
    np.testing.assert_array_equal(layer.updateGradInput(x, x), other.updateGradInput(x, x))
