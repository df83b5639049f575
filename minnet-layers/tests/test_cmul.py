from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from minnet_layers import CMul


@settings(deadline=None, max_examples=40)
@given(
    size=st.lists(st.sampled_from([1, 2, 3]), min_size=1, max_size=3),
    leading=st.lists(st.integers(1, 3), min_size=1, max_size=2),
    spread=st.integers(1, 3),
)
def test_each_element_has_a_factor_and_an_axis_of_length_1_meets_any_length(size, leading, spread):
    rng = np.random.default_rng(0)
    layer = CMul(size, rng=rng, dtype=np.float64)
    shape = (*leading, *(spread if length == 1 else length for length in size))
    x, g = rng.standard_normal(shape), rng.standard_normal(shape)
    np.testing.assert_allclose(layer.forward(x), x * layer.gamma, rtol=1e-15)
    np.testing.assert_allclose(layer.backward(x, g), g * layer.gamma, rtol=1e-15)
    met = np.zeros_like(layer.gamma)
    places = np.broadcast_to(np.arange(met.size).reshape(met.shape), shape)
    np.add.at(met.reshape(-1), places.ravel(), (g * x).ravel())
    np.testing.assert_allclose(layer.gradGamma, met, atol=1e-13)


def test_channels_of_images_in_any_memory_order():
    layer = CMul((3, 1, 1), rng=0, dtype=np.float64)
    x = np.random.default_rng(0).standard_normal((3, 4, 5, 2)).transpose(3, 0, 1, 2)
    np.testing.assert_allclose(layer.forward(x), x * layer.gamma, rtol=1e-15)
    layer.accGradParameters(x, x)
    np.testing.assert_allclose(layer.gradGamma[:, 0, 0], (x * x).sum(axis=(0, 2, 3)), rtol=1e-13)


def test_factors_start_in_the_range_of_one_over_the_root_of_their_number_whatever_draws_weights():
    layer = CMul((20, 20), rng=0)
    for _ in range(2):
        assert np.abs(layer.gamma).max() <= 0.05
        assert np.abs(layer.gamma).max() > 0.048
        layer.reset("Orthogonal", rng=1)


def test_a_zero_stops_what_is_finite():
    layer = CMul(2)
    layer.gamma[...] = [0, 1]
    np.testing.assert_array_equal(layer.forward(np.array([[3e38, -3e38]], np.float32)), [[0, np.float32(-3e38)]])


@pytest.mark.parametrize(("size", "is_affine"), [(3, True), ((1, 1), True), ((2, 3), False), ((3, 1), False)])
def test_it_states_an_affine_map_of_the_last_axis_alone(size, is_affine):
    layer, x = CMul(size, rng=0, dtype=np.float64), np.random.default_rng(0).standard_normal((4, 3, 3))[:, :2]
    assert (layer.as_affine() is not None) == is_affine
    if is_affine:
        np.testing.assert_allclose(layer.as_affine()(x), layer.forward(x), rtol=1e-15)
