from __future__ import annotations

import numpy as np
import pytest

from minnet_layers import Cosine


def test_it_is_the_cosine_of_the_angle_whatever_the_lengths():
    layer = Cosine(2, 3, dtype=np.float64)
    layer.W[...] = [[1.0, 0.0], [0.0, 1e-3], [1e3, 1e3]]
    x = np.array([[2.0, 0.0], [1e5, 1e5], [-0.1, 0.0]])
    half = 0.5**0.5
    np.testing.assert_allclose(layer.forward(x), [[1, 0, half], [half, half, 1], [-1, 0, -half]], atol=1e-15)


def test_gradients_lie_across_what_they_are_of_and_accumulate():
    rng = np.random.default_rng(0)
    layer, x, g = Cosine(4, 3, rng=0, dtype=np.float64), rng.standard_normal((5, 4)), rng.standard_normal((5, 3))
    gradient = layer.gradW
    layer.forward(x)
    np.testing.assert_allclose((layer.backward(x, g) * x).sum(axis=1), 0, atol=1e-14)
    np.testing.assert_allclose((gradient * layer.W).sum(axis=1), 0, atol=1e-14)
    once = gradient.copy()
    layer.backward(x, g)
    np.testing.assert_allclose(gradient, 2 * once, rtol=1e-14)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_zeros_and_numbers_near_the_limit_give_finite_results(dtype):
    layer = Cosine(3, 2, rng=0, dtype=dtype)
    layer.W[0] = 0
    x = np.array([[0, 0, 0], [np.finfo(dtype).max / 4] * 3, [1e-30, 0, 0]], dtype)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        output = layer.forward(x)
        gradInput = layer.backward(x, np.ones_like(output))
    assert np.abs(output).max() <= 1 + 1e-6
    assert not output[0].any()
    assert not output[:, 0].any()
    for result in (gradInput, layer.gradW):
        assert np.isfinite(result).all()


def test_rows_start_in_the_range_of_linear_layers_and_initializers_draw_them():
    layer = Cosine(16, 50, rng=0)
    assert np.abs(layer.W).max() <= 0.25
    layer.reset("Orthogonal", rng=1)
    np.testing.assert_allclose(layer.W.T @ layer.W, np.eye(16), atol=1e-5)
    assert repr(layer) == "Cosine 16 -> 50"
