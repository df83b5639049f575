from __future__ import annotations

import numpy as np
import pytest

from minnet_criterions import DiceCriterion


def test_each_sample_counts_alike_however_large_its_set_is():
    criterion = DiceCriterion(smooth=1e-9)
    small, large = np.zeros((1, 100)), np.ones((1, 100))
    small[0, 0] = 1
    assert criterion.losses(np.concatenate([small, large]), np.concatenate([small, large])) == pytest.approx([0, 0])
    assert criterion.losses(1 - small, small) == pytest.approx(1)


def test_the_loss_of_two_empty_sets_is_zero_and_without_overlap_it_depends_on_the_smoothing():
    none, one = np.zeros((1, 4)), np.eye(4)[:1]
    assert DiceCriterion().forward(none, none) == 0
    assert DiceCriterion(smooth=2.0).forward(one, np.eye(4)[1:2]) == 0.5


def test_all_axes_but_the_first_are_one_set():
    rng = np.random.default_rng(0)
    x, t = rng.random((2, 3, 4)), rng.integers(0, 2, (2, 3, 4))
    flat = DiceCriterion()
    assert DiceCriterion().losses(x, t) == pytest.approx(flat.losses(x.reshape(2, 12), t.reshape(2, 12)), rel=1e-14)
    gradients = DiceCriterion().backward(x, t), flat.backward(x.reshape(2, 12), t.reshape(2, 12))
    np.testing.assert_allclose(gradients[0].reshape(2, 12), gradients[1], rtol=1e-14)
