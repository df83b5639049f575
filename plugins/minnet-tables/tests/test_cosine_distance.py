from __future__ import annotations

import numpy as np

from minnet_core.testing import check_gradients
from minnet_tables import CosineDistance

A, B = np.random.default_rng(0).standard_normal((2, 3, 4))


def test_lengths_do_not_matter_and_the_gradient_is_at_right_angles_to_its_vector():
    layer = CosineDistance()
    expected = layer.forward((A, B))
    for size in (1e-5, 1e150):
        np.testing.assert_allclose(layer.forward((size * A, size * B)), expected, rtol=1e-12)
    np.testing.assert_allclose(layer.forward((A, -3 * A)), [-1, -1, -1], rtol=1e-14)
    layer.forward((A, B))
    for vectors, gradient in zip((A, B), layer.backward((A, B), np.ones(3)), strict=True):
        np.testing.assert_allclose((vectors * gradient).sum(axis=1), 0, atol=1e-15)


def test_float32_does_not_overflow():
    large = np.float32([[3e30, 4e30]])
    layer = CosineDistance()
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        np.testing.assert_allclose(layer.forward((large, large)), [1], rtol=1e-6)
        assert np.isfinite(layer.backward((large, large), np.ones(1, np.float32))).all()


def test_a_vector_shorter_than_eps_has_the_slope_where_its_length_counts_as_eps():
    check_gradients(CosineDistance(eps=2.0), (0.1 * A, 10 * B))
