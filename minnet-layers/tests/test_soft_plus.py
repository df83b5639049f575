from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from minnet_layers import SoftPlus


@settings(deadline=None)
@given(st.floats(-700, 700))
def test_output_and_derivative_keep_full_relative_accuracy(x):
    layer, array = SoftPlus(), np.array([x])
    expected = x + math.log1p(math.exp(-x)) if x > 0 else math.log1p(math.exp(x))
    derivative = 1 / (1 + math.exp(-x)) if x > 0 else math.exp(x) / (1 + math.exp(x))
    np.testing.assert_allclose(layer.forward(array), [expected], rtol=1e-14)
    np.testing.assert_allclose(layer.backward(array, np.ones(1)), [derivative], rtol=1e-14)


def test_known_values():
    np.testing.assert_allclose(
        SoftPlus().forward(np.array([-1000.0, -40.0, 0.0, 1000.0])),
        [0, 4.248354255291589e-18, np.log(2), 1000],
        rtol=1e-15,
    )


def test_float32_is_accurate_to_float32():
    x = np.linspace(-80, 80, 2001, dtype=np.float32)
    single, double = SoftPlus(), SoftPlus()
    np.testing.assert_allclose(single.forward(x), double.forward(x.astype(np.float64)), rtol=1e-6)
    ones = np.ones_like(x)
    np.testing.assert_allclose(single.backward(x, ones), double.backward(x.astype(np.float64), ones), rtol=1e-6)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_extremes_do_not_overflow(dtype):
    layer, x = SoftPlus(), np.array([np.inf, 1e30, -1e30, -np.inf], dtype)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        np.testing.assert_array_equal(layer.forward(x), [np.inf, dtype(1e30), 0, 0])
        np.testing.assert_array_equal(layer.backward(x, np.ones_like(x)), [1, 1, 0, 0])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_an_infinity_changes_nothing_for_the_elements_beside_it(dtype):
    layer, x = SoftPlus(), np.linspace(-80, 80, 500, dtype=dtype)
    g = np.cos(x)
    layer.forward(x)
    alone = layer.backward(x, g)
    beside = np.append(x, dtype(np.inf))
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        layer.forward(beside)
        together = layer.backward(beside, np.append(g, dtype(2)))
    np.testing.assert_allclose(together, np.append(alone, 2), rtol=10 * np.finfo(dtype).eps * 2)


def test_backward_before_forward_is_an_error():
    with pytest.raises(RuntimeError, match="SoftPlus: expected updateOutput"):
        SoftPlus().backward(np.zeros(3), np.zeros(3))
