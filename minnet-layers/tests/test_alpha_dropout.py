from __future__ import annotations

import numpy as np
import pytest

from minnet_layers import AlphaDropout

LIMIT = -1.0507009873554805 * 1.6732632423543772
"""What SELU makes of minus infinity: minus its scale times its alpha."""


@pytest.mark.parametrize("p", [0.1, 0.5, 0.8])
def test_it_keeps_mean_0_and_variance_1(p):
    x = np.random.default_rng(0).standard_normal((400, 500))
    output = AlphaDropout(p, rng=1).forward(x)
    assert abs(output.mean()) < 0.01
    assert abs(output.var() - 1) < 0.02


@pytest.mark.parametrize("p", [0.1, 0.5])
def test_what_is_dropped_becomes_the_negative_limit_of_selu_before_scale_and_shift(p):
    layer, x = AlphaDropout(p, rng=1), np.random.default_rng(0).standard_normal((40, 50))
    output, gradInput = layer.forward(x), layer.backward(x, np.full_like(x, 3.0))
    a = ((1 - p) * (1 + p * LIMIT**2)) ** -0.5
    b = -a * p * LIMIT
    is_dropped = np.isclose(output, a * LIMIT + b, atol=1e-12)
    assert abs(is_dropped.mean() - p) < 0.05
    np.testing.assert_allclose(output[~is_dropped], a * x[~is_dropped] + b, atol=1e-12)
    np.testing.assert_allclose(gradInput, np.where(is_dropped, 0, 3 * a), rtol=1e-12)


def test_without_dropping_nothing_changes_at_all():
    layer, x = AlphaDropout(0.0), np.random.default_rng(0).standard_normal((4, 3)).astype(np.float32)
    np.testing.assert_array_equal(layer.forward(x), x)
    np.testing.assert_array_equal(layer.backward(x, x), x)


def test_dropping_everything_gives_zeros():
    layer, x = AlphaDropout(1.0), np.array([[1.0, np.inf, -2.0]])
    np.testing.assert_array_equal(layer.forward(x), np.zeros((1, 3)))
    np.testing.assert_array_equal(layer.backward(x, np.ones_like(x)), np.zeros((1, 3)))


def test_in_evaluation_mode_it_copies_and_draws_nothing():
    layer, x = AlphaDropout(0.5, rng=0), np.ones((2, 3))
    state = layer.rng.bit_generator.state
    layer.evaluate()
    output = layer.forward(x)
    np.testing.assert_array_equal(output, x)
    assert not np.shares_memory(output, x)
    assert layer.rng.bit_generator.state == state


def test_a_seed_decides_and_backward_needs_a_forward_in_training():
    x = np.ones((5, 6))
    np.testing.assert_array_equal(AlphaDropout(0.3, rng=2).forward(x), AlphaDropout(0.3, rng=2).forward(x))
    with pytest.raises(RuntimeError, match="AlphaDropout: expected updateOutput in training mode"):
        AlphaDropout().backward(x, x)
