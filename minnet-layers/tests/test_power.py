from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from minnet_layers import Power, Sqrt, Square


@settings(deadline=None, max_examples=40)
@given(st.floats(0.1, 10), st.floats(-5, 5))
def test_output_and_derivative_are_the_formula(x, exponent):
    layer, array = Power(exponent), np.array([x])
    np.testing.assert_allclose(layer.forward(array), [x**exponent], rtol=1e-14)
    np.testing.assert_allclose(layer.backward(array, np.ones(1)), [exponent * x ** (exponent - 1)], rtol=1e-13)


@pytest.mark.parametrize("exponent", range(-3, 7))
def test_whole_exponents_take_numbers_below_0(exponent):
    layer, x = Power(exponent), np.array([-2.0, -0.5, 3.0])
    np.testing.assert_allclose(layer.forward(x), [each**exponent for each in x], rtol=1e-15)
    slopes = [exponent * each ** (exponent - 1) for each in x]
    np.testing.assert_allclose(layer.backward(x, np.ones(3)), slopes, rtol=1e-15)


@pytest.mark.parametrize("exponent", [0, 1, 2, 3, 4, 5])
def test_at_0_whole_powers_and_their_derivatives_are_finite(exponent):
    layer, x = Power(exponent), np.zeros(1)
    with np.errstate(all="raise"):
        assert layer.forward(x) == (exponent == 0)
        assert layer.backward(x, np.ones(1)) == (exponent == 1)


@pytest.mark.parametrize(("exponent", "other"), [(2, Square()), (0.5, Sqrt())])
def test_the_second_power_is_the_square_and_half_of_one_the_root(exponent, other):
    layer, x = Power(exponent), np.random.default_rng(0).uniform(0.1, 5, (3, 4))
    np.testing.assert_allclose(layer.forward(x), other.forward(x), rtol=1e-15)
    np.testing.assert_allclose(layer.backward(x, x), other.backward(x, x), rtol=1e-15)


def test_a_numpy_scalar_does_not_promote_float32():
    layer, x = Power(np.float64(1.5)), np.ones(3, np.float32)
    assert layer.forward(x).dtype == layer.backward(x, x).dtype == np.float32


def test_an_infinite_exponent_is_refused():
    with pytest.raises(ValueError, match="Power: expected a finite exponent, received inf"):
        Power(np.inf)
