from __future__ import annotations

import numpy as np
import pytest

from minnet_core import ShapeError
from minnet_criterions import AbsCriterion, QuantileCriterion

QUANTILES = [0.1, 0.25, 0.9]


def test_each_column_is_the_loss_of_its_quantile_alone():
    rng = np.random.default_rng(0)
    x, t = rng.standard_normal((4, 5, 3)), rng.standard_normal((4, 5, 1))
    together = QuantileCriterion(QUANTILES)
    alone = [QuantileCriterion(quantile) for quantile in QUANTILES]
    losses = [each.forward(x[..., [k]], t) for k, each in enumerate(alone)]
    assert together.forward(x, t) == pytest.approx(sum(losses), rel=1e-13)
    gradients = [each.backward(x[..., [k]], t) for k, each in enumerate(alone)]
    np.testing.assert_allclose(together.backward(x, t), np.concatenate(gradients, -1), rtol=1e-13)


def test_the_constant_of_least_loss_is_the_quantile_of_the_targets():
    t = np.random.default_rng(0).standard_normal((201, 1))
    for quantile in QUANTILES:
        candidates = np.sort(t[:, 0])
        losses = [QuantileCriterion(quantile).forward(np.full_like(t, c), t) for c in candidates]
        assert candidates[np.argmin(losses)] == np.quantile(t, quantile, method="inverted_cdf")


def test_the_median_has_half_the_absolute_error_at_ties_too():
    x, t = np.array([[1.0, 2.0, 3.0]]), np.array([[2, 2, 2]])
    median, absolute = QuantileCriterion(), AbsCriterion()
    assert 2 * median.forward(x, t) == absolute.forward(x, t)
    np.testing.assert_array_equal(2 * median.backward(x, t), absolute.backward(x, t))


def test_a_target_for_each_quantile_is_the_one_of_its_column():
    rng = np.random.default_rng(0)
    x, t = rng.standard_normal((4, 5, 3)), rng.standard_normal((4, 5, 3))
    together = QuantileCriterion(QUANTILES)
    alone = [QuantileCriterion(quantile) for quantile in QUANTILES]
    losses = [each.forward(x[..., [k]], t[..., [k]]) for k, each in enumerate(alone)]
    assert together.forward(x, t) == pytest.approx(sum(losses), rel=1e-13)
    gradients = [each.backward(x[..., [k]], t[..., [k]]) for k, each in enumerate(alone)]
    np.testing.assert_allclose(together.backward(x, t), np.concatenate(gradients, -1), rtol=1e-13)


def test_a_target_of_several_quantiles_has_one_number_for_all_of_them_or_one_for_each():
    for shape in ((4,), (4, 3), (4, 1, 1)):
        with pytest.raises(ShapeError, match=r"expected target \(4, 1\), received"):
            QuantileCriterion([0.2, 0.8]).forward(np.zeros((4, 2)), np.zeros(shape))
    for shape in ((4, 3), (4,)):
        with pytest.raises(ShapeError, match=r"QuantileCriterion: expected input \(4, .*2\), received"):
            QuantileCriterion([0.2, 0.8]).forward(np.zeros(shape), np.zeros((4, 1)))
