from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from minnet_layers import LogSigmoid, Sigmoid


@settings(deadline=None, max_examples=60)
@given(st.floats(-300, 300))
def test_output_and_derivative_are_the_formula(x):
    layer, array = LogSigmoid(), np.array([x])
    np.testing.assert_allclose(layer.forward(array), [min(x, 0) - math.log1p(math.exp(-abs(x)))], rtol=1e-14)
    np.testing.assert_allclose(layer.backward(array, np.ones(1)), [1 / (1 + math.exp(x))], rtol=1e-13)


def test_it_is_the_logarithm_of_sigmoid():
    x = np.linspace(-20, 20, 41)
    np.testing.assert_allclose(LogSigmoid().forward(x), np.log(Sigmoid().forward(x)), rtol=1e-6)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_extremes_are_themselves_or_0(dtype):
    layer, x = LogSigmoid(), np.array([np.inf, 6e4, 0, -6e4, -np.inf], dtype)
    with np.errstate(all="raise", under="ignore"):
        np.testing.assert_allclose(layer.forward(x), np.array([0, 0, -0.6931, -6e4, -np.inf], dtype), rtol=2e-3)
        np.testing.assert_allclose(layer.backward(x, np.ones_like(x)), [0, 0, 0.5, 1, 1], rtol=2e-3)


def test_backward_before_forward_is_an_error():
    with pytest.raises(RuntimeError, match="expected updateOutput"):
        LogSigmoid().backward(np.zeros(2), np.zeros(2))
