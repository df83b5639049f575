"""Swish: its values, its gradient, its numbers at the extremes."""

import numpy as np
import pytest

from minnet_core import ShapeError, layers
from minnet_core.testing import check_gradients
from minnet_swish import Swish


def test_is_found_by_its_name():
    assert layers["Swish"] is layers["minnet-swish:Swish"] is Swish


@pytest.mark.parametrize("beta", [0.0, 0.5, 1.0, -2.0])
def test_output_is_the_formula(beta):
    x = np.linspace(-5, 5, 21)
    np.testing.assert_allclose(Swish(beta).forward(x), x / (1 + np.exp(-beta * x)), rtol=1e-14)


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
    with pytest.raises(ShapeError, match=r"Swish: expected gradOutput \(4, 5\), received \(4, 1\)"):
        Swish().backward(np.ones((4, 5)), np.ones((4, 1)))
