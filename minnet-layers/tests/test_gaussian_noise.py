from __future__ import annotations

import numpy as np
import pytest

from minnet_layers import GaussianNoise


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_noise_is_normal_with_the_given_deviation(dtype):
    x = np.full((400, 500), 7.0, dtype)
    output = GaussianNoise(0.5, rng=1).forward(x)
    noise = output - x
    assert output.dtype == dtype
    assert abs(noise.mean()) < 0.005
    assert abs(noise.std() - 0.5) < 0.005
    assert abs((noise > 0.5).mean() - 0.1587) < 0.005


def test_the_gradient_is_a_copy_of_that_of_the_output():
    layer, x = GaussianNoise(2.0), np.ones((4, 3))
    layer.forward(x)
    gradInput = layer.backward(x, x)
    np.testing.assert_array_equal(gradInput, x)
    assert not np.shares_memory(gradInput, x)


def test_in_evaluation_mode_it_copies_and_draws_nothing():
    layer, x = GaussianNoise(2.0, rng=0), np.ones((2, 3))
    state = layer.rng.bit_generator.state
    layer.evaluate()
    output = layer.forward(x)
    np.testing.assert_array_equal(output, x)
    assert not np.shares_memory(output, x)
    assert layer.rng.bit_generator.state == state


def test_a_seed_decides_and_each_pass_draws_anew():
    x = np.zeros((5, 6))
    layer = GaussianNoise(1.0, rng=2)
    first = layer.forward(x)
    np.testing.assert_array_equal(first, GaussianNoise(1.0, rng=2).forward(x))
    assert not np.array_equal(first, layer.forward(x))


def test_no_deviation_is_no_noise():
    np.testing.assert_array_equal(GaussianNoise(0).forward(np.ones((2, 3))), np.ones((2, 3)))
