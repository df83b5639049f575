from __future__ import annotations

import numpy as np
import pytest

from minnet_core import Sequential, fuse
from minnet_layers import Add, Linear


@pytest.mark.parametrize("shape", [(1, 3), (4, 3), (2, 5, 3), (0, 3)])
def test_each_feature_has_an_offset_whose_gradient_is_the_sum_over_all_else(shape):
    layer, x = Add(3, rng=0, dtype=np.float64), np.random.default_rng(0).standard_normal(shape)
    np.testing.assert_array_equal(layer.forward(x), x + layer.beta)
    np.testing.assert_array_equal(layer.backward(x, 2 * x), 2 * x)
    np.testing.assert_allclose(layer.gradBeta, 2 * x.reshape(-1, 3).sum(axis=0), atol=1e-13)


def test_one_offset_is_added_to_everything():
    layer, x = Add(dtype=np.float64), np.random.default_rng(0).standard_normal((2, 3, 5))
    np.testing.assert_array_equal(layer.forward(x), x + layer.beta[0])
    layer.backward(x, x)
    np.testing.assert_allclose(layer.gradBeta, [x.sum()], atol=1e-13)


def test_gradInput_is_a_copy_and_gradients_accumulate():
    layer, g = Add(3), np.ones((4, 3), np.float32)
    gradient = layer.gradBeta
    for _ in range(2):
        assert not np.shares_memory(layer.backward(g, g), g)
    np.testing.assert_array_equal(gradient, [8, 8, 8])
    assert gradient is layer.gradBeta


def test_offsets_start_in_the_range_of_one_over_the_root_of_their_number():
    drawn = Add(400, rng=0).beta
    assert np.abs(drawn).max() <= 0.05
    assert drawn.min() < -0.048
    assert drawn.max() > 0.048


@pytest.mark.parametrize("n_out", [1, 2])
def test_a_linear_layer_absorbs_it(n_out):
    model, x = Sequential(Linear(3, 2, rng=0), Add(n_out, rng=1)), np.ones((4, 3), np.float32)
    fused = fuse(model)
    assert isinstance(fused, Linear) or len(fused) == 1
    np.testing.assert_allclose(fused.forward(x), model.forward(x), rtol=1e-6)
