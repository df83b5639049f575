from __future__ import annotations

import numpy as np
import pytest

from minnet_core import ShapeError
from minnet_criterions import MSECriterion, WeightedMSECriterion


def test_weights_of_features_samples_and_elements_multiply_the_squares():
    rng = np.random.default_rng(0)
    x, t = rng.standard_normal((2, 4, 3))
    for weights in (rng.random(3), rng.random((4, 1)), rng.random((4, 3)), 2.0):
        criterion = WeightedMSECriterion(weights)
        assert criterion.losses(x, t) == pytest.approx((weights * (x - t) ** 2).sum(1), rel=1e-13)
        np.testing.assert_allclose(criterion.backward(x, t), weights * (x - t) / 2, rtol=1e-13)


def test_a_weight_of_zero_leaves_an_element_out():
    x, t = np.array([[1.0, 5.0]]), np.zeros((1, 2))
    assert WeightedMSECriterion([1, 0]).forward(x, t) == MSECriterion().forward(x[:, :1], t[:, :1])


def test_weights_that_do_not_fit_are_refused():
    for weights in (np.ones(2), np.ones((5, 1)), np.ones((1, 4, 3))):
        with pytest.raises(ShapeError, match=r"WeightedMSECriterion: expected weights .* received \(4, 3\) float64"):
            WeightedMSECriterion(weights).forward(np.zeros((4, 3)), np.zeros((4, 3)))
