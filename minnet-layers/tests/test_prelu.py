from __future__ import annotations

import numpy as np
import pytest

from minnet_core import ShapeError
from minnet_layers import LeakyReLU, PReLU


@pytest.mark.parametrize("shape", [(5, 3), (2, 3, 4), (2, 3, 4, 5), (0, 3)])
def test_each_channel_of_axis_1_has_its_own_slope(shape):
    rng = np.random.default_rng(0)
    layer = PReLU(3, dtype=np.float64)
    layer.slope[...] = [0.5, -0.25, 2.0]
    x, g = rng.standard_normal(shape), rng.standard_normal(shape)
    output, gradInput = layer.forward(x), layer.backward(x, g)
    for channel, slope in enumerate(layer.slope):
        inside, back = x[:, channel], g[:, channel]
        np.testing.assert_allclose(output[:, channel], np.where(inside > 0, inside, slope * inside), rtol=1e-15)
        np.testing.assert_allclose(gradInput[:, channel], np.where(inside > 0, back, slope * back), rtol=1e-15)
        np.testing.assert_allclose(layer.gradSlope[channel], (back * np.minimum(inside, 0)).sum(), atol=1e-13)


@pytest.mark.parametrize("shape", [(7,), (4, 3), (2, 3, 5), (0, 3)])
def test_one_slope_serves_any_shape_as_leaky_relu_does(shape):
    rng = np.random.default_rng(0)
    x, g = rng.standard_normal(shape), rng.standard_normal(shape)
    one, other = PReLU(init=0.3, dtype=np.float64), LeakyReLU(0.3)
    np.testing.assert_allclose(one.forward(x), other.forward(x), rtol=1e-15)
    np.testing.assert_allclose(one.backward(x, g), other.backward(x, g), rtol=1e-15)
    np.testing.assert_allclose(one.gradSlope, [(g * np.minimum(x, 0)).sum()], atol=1e-13)


@pytest.mark.parametrize("count", [1, 3])
def test_gradients_accumulate_into_the_same_array(count):
    layer = PReLU(count)
    (gradient,) = layer.getGradParameters()
    for _ in range(3):
        layer.backward(np.full((4, 3), -2.0), np.ones((4, 3)))
    np.testing.assert_array_equal(gradient, [-72.0] if count == 1 else [-24.0] * 3)
    assert gradient is layer.gradSlope


def test_the_derivative_at_zero_is_the_slope():
    x = np.array([[0.0, -0.0]])
    np.testing.assert_array_equal(PReLU().backward(x, np.ones_like(x)), [[0.25, 0.25]])


@pytest.mark.parametrize("count", [1, 2])
def test_the_gradient_of_half_precision_is_summed_in_float32(count):
    layer, x = PReLU(count, dtype=np.float16), np.full((4096, 2), -1.0, np.float16)
    layer.backward(x, np.full_like(x, 2**-4))
    np.testing.assert_array_equal(layer.gradSlope, [-512] if count == 1 else [-256, -256])


@pytest.mark.parametrize("shape", [(4, 2), (4, 1), (3,), (), (2, 1, 3)])
def test_an_input_with_another_number_of_channels_is_refused_and_nothing_changes(shape):
    layer, x = PReLU(3), np.zeros(shape)
    for call in (lambda: layer.forward(x), lambda: layer.backward(x, x), lambda: layer.accGradParameters(x, x)):
        with pytest.raises(ShapeError, match=r"PReLU: expected input \(.*3.*\), received"):
            call()
    assert not layer.gradSlope.any()


def test_arguments_are_checked():
    with pytest.raises(ValueError, match="PReLU: expected num_parameters to be a positive integer, received 0"):
        PReLU(0)
    with pytest.raises(TypeError, match="PReLU: expected a floating dtype, received int32"):
        PReLU(dtype="int32")


def test_extremes_neither_overflow_nor_become_nan():
    layer, x = PReLU(), np.array([np.inf, 1e38, -1e38, -np.inf], np.float32)
    with np.errstate(over="raise", invalid="raise"):
        np.testing.assert_array_equal(layer.forward(x), np.array([np.inf, 1e38, -0.25e38, -np.inf], np.float32))
        np.testing.assert_array_equal(layer.updateGradInput(x, np.ones_like(x)), [1, 1, 0.25, 0.25])


def test_backwardParameters_adds_the_same_gradients_and_computes_none_of_the_input():
    x, g = np.random.default_rng(0).standard_normal((2, 4, 3))
    one, other = PReLU(3), PReLU(3)
    one.backward(x, g)
    other.backwardParameters(x, g)
    np.testing.assert_array_equal(other.gradSlope, one.gradSlope)
    assert other.gradInput is None
