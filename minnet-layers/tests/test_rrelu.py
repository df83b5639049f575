from __future__ import annotations

import numpy as np
import pytest

from minnet_core import Sequential
from minnet_layers import LeakyReLU, RReLU


def test_slopes_are_between_the_bounds_below_0_and_1_above():
    layer, x = RReLU(0.2, 0.4, rng=0), np.random.default_rng(1).standard_normal((40, 50))
    slopes = layer.forward(x) / x
    np.testing.assert_array_equal(slopes[x > 0], 1)
    below = slopes[x < 0]
    assert 0.2 <= below.min() < 0.21
    assert 0.39 < below.max() <= 0.4
    np.testing.assert_allclose(below.mean(), 0.3, atol=0.01)
    np.testing.assert_allclose(layer.backward(x, np.ones_like(x)), slopes, rtol=1e-15)


def test_evaluation_is_the_leaky_rectifier_of_the_mean_slope_and_draws_nothing():
    layer, leaky, x = RReLU(0.25, 0.75, rng=3), LeakyReLU(0.5), np.array([-2.0, 0.0, 3.0])
    layer.evaluate()
    np.testing.assert_array_equal(layer.forward(x), leaky.forward(x))
    np.testing.assert_array_equal(layer.backward(x, np.ones(3)), leaky.backward(x, np.ones(3)))
    assert layer.rng.random() == np.random.default_rng(3).random()


def test_a_seed_draws_the_same_slopes_for_every_dtype():
    x = -np.ones((4, 5))
    wide, narrow = (RReLU(rng=0).forward(x.astype(dtype)) for dtype in (np.float64, np.float32))
    assert narrow.dtype == np.float32
    np.testing.assert_allclose(narrow, wide, rtol=1e-6)


def test_equal_bounds_are_one_slope():
    np.testing.assert_array_equal(RReLU(0.5, 0.5).forward(np.array([-2.0, -4.0, 3.0])), [-1, -2, 3])


def test_backward_in_training_needs_the_slopes_of_a_forward_pass():
    layer, x = RReLU(), np.ones(3)
    layer.evaluate()
    layer.forward(x)
    layer.train()
    with pytest.raises(RuntimeError, match="expected updateOutput in training mode"):
        layer.backward(x, x)


@pytest.mark.parametrize("bounds", [(0.5, 0.1), (0.0, np.inf), (np.nan, 1.0)])
def test_bounds_that_hold_no_slope_are_refused(bounds):
    with pytest.raises(ValueError, match="RReLU: expected finite lower <= upper, received"):
        RReLU(*bounds)


def test_two_in_a_model_draw_from_their_own_generators():
    model, x = Sequential(RReLU(rng=0), RReLU(rng=1)), -np.ones((2, 3))
    first = model.forward(x)
    assert (model.forward(x) != first).all()
