from __future__ import annotations

import numpy as np
import pytest

from minnet_criterions import DistKLDivCriterion


def test_the_divergence_of_a_distribution_from_itself_is_zero_and_of_others_above():
    rng = np.random.default_rng(0)
    p, q = rng.dirichlet(np.ones(5), (2, 20))
    assert DistKLDivCriterion().forward(np.log(p), p) == pytest.approx(0, abs=1e-15)
    assert (DistKLDivCriterion().losses(np.log(p), q) > 0).all()


def test_probabilities_and_their_logarithms_have_one_loss_and_one_gradient():
    rng = np.random.default_rng(0)
    x, t = np.log(rng.dirichlet(np.ones(5), 4)), rng.dirichlet(np.ones(5), 4)
    plain, of_logarithms = DistKLDivCriterion(), DistKLDivCriterion(log_target=True)
    assert of_logarithms.losses(x, np.log(t)) == pytest.approx(plain.losses(x, t), rel=1e-12)
    np.testing.assert_allclose(of_logarithms.backward(x, np.log(t)), plain.backward(x, t), rtol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_what_has_no_probability_counts_nothing_and_warns_of_nothing(dtype):
    x, t = np.array([[-np.inf, -0.5], [-1.0, -0.5]], dtype), np.array([[0, 1], [1, 0]], dtype)
    with np.errstate(all="raise"):
        np.testing.assert_array_equal(DistKLDivCriterion().losses(x, t), [0.5, 1.0])
    certain = np.array([[-np.inf, 0.0], [0.0, -np.inf]], dtype)
    with np.errstate(all="raise"):
        np.testing.assert_array_equal(DistKLDivCriterion(log_target=True).losses(x, certain), [0.5, 1.0])
    assert DistKLDivCriterion().forward(x[:, ::-1], t) == np.inf


def test_a_negative_probability_is_refused():
    with pytest.raises(ValueError, match=r"DistKLDivCriterion: expected a target of 0 or more, received -0\.5"):
        DistKLDivCriterion().forward(np.zeros((1, 2)), np.array([[-0.5, 1.5]]))
