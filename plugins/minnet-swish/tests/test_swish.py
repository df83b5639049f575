"""Swish: its values, its gradient, its numbers at the extremes."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from minnet_core import ShapeError, layers
from minnet_core.testing import check_gradients
from minnet_swish import Swish


def test_is_found_by_its_name():
    name = "minnet-swish:Swish"
    assert layers[name] is Swish


@settings(deadline=None)
@given(beta=st.floats(-4, 4), x=st.floats(-10, 10))
def test_output_is_the_formula(beta, x):
    (y,) = Swish(beta).forward(np.array([x]))
    assert y == pytest.approx(x / (1 + np.exp(-beta * x)), rel=1e-12, abs=1e-300)


@pytest.mark.parametrize(("x", "y"), [(0.0, 0.0), (1.0, 0.7310585786300049), (-2.0, -0.2384058440442351)])
def test_known_values(x, y):
    assert Swish().forward(np.array([x]))[0] == pytest.approx(y, rel=1e-14)


@pytest.mark.parametrize("example", Swish.EXAMPLES, ids=repr)
@pytest.mark.parametrize("mode", ["train", "evaluate"])
def test_gradient_agrees_with_central_differences(example, mode):
    layer = Swish(**example.arguments)
    getattr(layer, mode)()
    check_gradients(layer, 3 * example.draw_input(0))


@pytest.mark.parametrize("size", [40.0, 1000.0, 1e30])
def test_is_finite_far_from_zero(size):
    x = np.array([-size, size], np.float32)
    layer = Swish()
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        np.testing.assert_allclose(layer.forward(x), [0, size], atol=1e-12)
        np.testing.assert_allclose(layer.backward(x, np.ones_like(x)), [0, 1], atol=1e-12)


def test_float32_stays_float32():
    x = np.ones((2, 3), np.float32)
    layer = Swish(np.float64(1.5))
    assert layer.forward(x).dtype == layer.backward(x, x).dtype == np.float32


def test_a_gradient_of_another_shape_is_refused():
    message = r"^Swish: expected gradOutput \(4, 5\), received \(4, 1\)"
    with pytest.raises(ShapeError, match=message):
        Swish().backward(np.ones((4, 5)), np.ones((4, 1)))
