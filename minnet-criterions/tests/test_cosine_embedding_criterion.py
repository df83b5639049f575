from __future__ import annotations

import numpy as np
import pytest

from minnet_criterions import CosineEmbeddingCriterion


def test_known_values():
    u = np.array([[1.0, 0.0], [1.0, 1.0], [2.0, 0.0]])
    v = np.array([[5.0, 0.0], [1.0, -1.0], [1.0, 0.0]])
    losses = CosineEmbeddingCriterion(margin=0.25).losses((u, v), np.array([1, 1, -1]))
    assert losses == pytest.approx([0, 1, 0.75], abs=1e-11)


@pytest.mark.parametrize(("dtype", "size"), [(np.float32, 1e30), (np.float64, 1e200)])
def test_large_vectors_have_the_cosine_of_small_ones_and_gradients_that_much_smaller(dtype, size):
    rng = np.random.default_rng(0)
    u, v, t = *rng.standard_normal((2, 5, 4)), np.array([1, -1, 1, -1, 1])
    criterion = CosineEmbeddingCriterion(margin=-0.9)
    losses, gradients = criterion.losses((u, v), t), criterion.backward((u, v), t)
    large = tuple((part * size).astype(dtype) for part in (u, v))
    with np.errstate(over="raise", invalid="raise"):
        assert criterion.losses(large, t) == pytest.approx(losses, rel=1e-5)
        of_large = criterion.backward(large, t)
    for ours, expected in zip(of_large, gradients, strict=True):
        np.testing.assert_allclose(ours * dtype(size), expected, rtol=1e-4, atol=1e-6)


def test_vectors_of_zeros_have_a_finite_loss_and_gradient():
    zeros, ones = np.zeros((1, 3)), np.ones((1, 3))
    criterion = CosineEmbeddingCriterion()
    assert criterion.forward((zeros, ones), np.array([1])) == 1
    assert all(np.isfinite(gradient).all() for gradient in criterion.backward((zeros, ones), np.array([1])))


def test_targets_that_are_no_signs_are_refused():
    with pytest.raises(ValueError, match="CosineEmbeddingCriterion: expected targets of -1 and 1, received 0"):
        CosineEmbeddingCriterion().forward((np.ones((2, 3)), np.ones((2, 3))), np.array([0, 1]))
