from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from minnet_core import ShapeError
from minnet_layers import SiLU


@settings(deadline=None, max_examples=60)
@given(st.floats(-700, 700, allow_subnormal=False))
def test_output_and_derivative_are_the_formula_to_full_relative_accuracy(x):
    layer, array = SiLU(), np.array([x])
    sigmoid = math.exp(min(x, 0)) / (1 + math.exp(-abs(x)))
    rest = math.exp(min(-x, 0)) / (1 + math.exp(-abs(x)))
    np.testing.assert_allclose(layer.forward(array), [x * sigmoid], rtol=1e-14, atol=1e-300)
    np.testing.assert_allclose(layer.backward(array, np.ones(1)), [sigmoid * (1 + x * rest)], rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_extremes_saturate_without_overflow(dtype):
    layer, x = SiLU(), np.array([6e4, 1000, 0, -1000, -6e4], dtype)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        np.testing.assert_array_equal(layer.forward(x), [dtype(6e4), 1000, 0, 0, 0])
        np.testing.assert_array_equal(layer.backward(x, np.ones_like(x)), [1, 1, 0.5, 0, 0])


def test_training_and_evaluation_give_the_same_gradient_and_only_training_keeps_a_gate():
    layer, x = SiLU(), np.random.default_rng(0).normal(size=(30, 20))
    layer.forward(x)
    trained = layer.backward(x, np.ones_like(x))
    assert layer.gate is not None
    layer.evaluate()
    layer.forward(x)
    assert layer.gate is None
    np.testing.assert_array_equal(layer.backward(x, np.ones_like(x)), trained)


def test_an_input_that_is_not_that_of_forward_is_refused():
    layer = SiLU()
    layer.forward(np.zeros((4, 3)))
    with pytest.raises(ShapeError, match=r"SiLU: expected input \(4, 3\), received \(2, 3\)"):
        layer.backward(np.zeros((2, 3)), np.zeros((2, 3)))
