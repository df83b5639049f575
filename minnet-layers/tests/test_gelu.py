from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from minnet_core import ShapeError, build, layers, to_config
from minnet_layers import GELU


@settings(deadline=None, max_examples=60)
@given(st.floats(-30, 30, allow_subnormal=False))
def test_output_and_derivative_are_the_formula_to_full_relative_accuracy(x):
    layer, array = GELU(), np.array([x])
    below, density = math.erfc(-x / math.sqrt(2)) / 2, math.exp(-x * x / 2) / math.sqrt(2 * math.pi)
    np.testing.assert_allclose(layer.forward(array), [x * below], rtol=1e-12, atol=1e-300)
    np.testing.assert_allclose(layer.backward(array, np.ones(1)), [below + x * density], rtol=1e-12, atol=1e-15)


def test_float32_keeps_digits_where_one_and_erf_cancel():
    x = np.array([-3.0, -5.0, -8.0, -12.0], np.float32)
    expected = [v * math.erfc(-v / math.sqrt(2)) / 2 for v in x.tolist()]
    np.testing.assert_allclose(GELU().forward(x), expected, rtol=1e-5)


@settings(deadline=None, max_examples=60)
@given(st.floats(-6, 30, allow_subnormal=False))
def test_the_approximation_is_that_of_the_paper(x):
    layer = GELU("tanh")
    expected = 0.5 * x * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
    np.testing.assert_allclose(layer.forward(np.array([x])), [expected], rtol=1e-9, atol=1e-15)


def test_the_two_are_within_5e_4_of_each_other_and_not_the_same():
    x = np.linspace(-10, 10, 10_001)
    distance = np.abs(GELU().forward(x) - GELU(approximate="tanh").forward(x)).max()
    assert 1e-4 < distance < 5e-4


@pytest.mark.parametrize("approximate", ["none", "tanh"])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_extremes_saturate_without_overflow(approximate, dtype):
    layer, x = GELU(approximate), np.array([6e4, 100, 0, -100, -6e4], dtype)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        np.testing.assert_array_equal(layer.forward(x), [dtype(6e4), 100, 0, 0, 0])
        np.testing.assert_array_equal(layer.backward(x, np.ones_like(x)), [1, 1, 0.5, 0, 0])


@pytest.mark.parametrize("approximate", ["none", "tanh"])
def test_training_and_evaluation_give_the_same_gradient_and_only_training_keeps_a_derivative(approximate):
    layer, x = GELU(approximate), np.random.default_rng(0).normal(size=(30, 20))
    layer.forward(x)
    trained = layer.backward(x, np.ones_like(x))
    assert layer.slope is not None
    layer.evaluate()
    np.testing.assert_array_equal(layer.backward(x, np.ones_like(x)), trained)
    layer.forward(x)
    assert layer.slope is None
    np.testing.assert_array_equal(layer.backward(x, np.ones_like(x)), trained)
    layer.train()
    np.testing.assert_array_equal(layer.backward(x, np.ones_like(x)), trained)


def test_an_input_that_is_not_that_of_forward_is_refused():
    layer = GELU()
    layer.forward(np.zeros((4, 3)))
    with pytest.raises(ShapeError, match=r"GELU: expected input \(4, 3\), received \(2, 3\)"):
        layer.backward(np.zeros((2, 3)), np.zeros((2, 3)))


def test_an_approximation_that_there_is_not_is_refused():
    with pytest.raises(ValueError, match="GELU: expected approximate to be 'none' or 'tanh', received 'erf'"):
        GELU("erf")


def test_the_name_that_courses_use_finds_it_and_it_is_saved_under_its_own():
    assert layers["Gelu"] is layers["minnet-layers:Gelu"] is GELU
    assert to_config(build({"class": "Gelu", "approximate": "tanh"})) == {
        "class": "minnet-layers:GELU",
        "approximate": "tanh",
    }
