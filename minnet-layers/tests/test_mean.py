from __future__ import annotations

import numpy as np
import pytest

from minnet_layers import Mean


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize(("shape", "axis"), [((4, 3), 0), ((4, 30), 1), ((2, 4, 3), 1), ((5,), -1)])
def test_it_is_the_mean_along_an_axis_and_shares_of_its_gradient_go_back_to_all(shape, axis, keepdims):
    rng = np.random.default_rng(0)
    layer, x = Mean(axis, keepdims), rng.standard_normal(shape)
    output = layer.forward(x)
    expected = x.mean(axis=axis, keepdims=keepdims)
    assert output.shape == np.shape(expected)
    np.testing.assert_allclose(output, expected, atol=1e-15)
    g = np.asarray(rng.standard_normal(output.shape))
    shares = np.broadcast_to(g if keepdims else np.expand_dims(g, axis), shape) / shape[axis]
    np.testing.assert_allclose(layer.backward(x, g), shares, rtol=1e-15)


@pytest.mark.parametrize("n", [3, 7, 1000])
def test_the_mean_of_equal_numbers_is_that_number(n):
    np.testing.assert_allclose(Mean().forward(np.full((2, n), 0.1, np.float32)), np.float32(0.1), rtol=1e-5)
    np.testing.assert_array_equal(Mean().forward(np.ones((2, n), np.float32)), [1, 1])


@pytest.mark.parametrize("axis", [0, 1])
def test_a_mean_of_numbers_near_the_limit_is_finite_without_a_warning_and_infinity_stays(axis):
    x = np.full((10, 10), np.finfo(np.float32).max * 0.99, np.float32)
    with np.errstate(all="raise"):
        np.testing.assert_allclose(Mean(axis).forward(x), x[0], rtol=1e-6)
        x[0, 0] = np.inf
        output = Mean(axis).forward(x)
    assert output[0] == np.inf
    assert np.isfinite(output[1:]).all()
