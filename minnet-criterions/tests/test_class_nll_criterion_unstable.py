from __future__ import annotations

import numpy as np
import pytest

from minnet_criterions import ClassNLLCriterion, ClassNLLCriterionUnstable

EPS = ClassNLLCriterionUnstable.EPS


def test_known_values():
    criterion, p = ClassNLLCriterionUnstable(), np.array([[0.5, 0.5], [0.25, 0.75]])
    for target in (np.array([1, 0]), np.array([[0, 1], [1, 0]], np.uint8)):
        assert criterion.forward(p, target) == pytest.approx(np.log(8) / 2, rel=1e-15)
        np.testing.assert_array_equal(criterion.backward(p, target), [[0, -1], [-2, 0]])


def test_loss_equals_that_of_the_stable_criterion_of_logarithms():
    rng = np.random.default_rng(0)
    p, t = rng.dirichlet(np.ones(5), 20), rng.dirichlet(np.ones(5), 20)
    assert ClassNLLCriterionUnstable().forward(p, t) == pytest.approx(
        ClassNLLCriterion().forward(np.log(p), t), rel=1e-14
    )


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_probabilities_zero_and_one_give_finite_losses_and_gradients(dtype):
    criterion, p = ClassNLLCriterionUnstable(), np.array([[0.0, 1.0]], dtype)
    epsilon = max(EPS, np.finfo(dtype).tiny)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        assert criterion.forward(p, np.array([0])) == pytest.approx(-np.log(epsilon), rel=2e-3)
        assert criterion.forward(p, np.array([1])) == pytest.approx(0, abs=2e-15)
        np.testing.assert_allclose(criterion.backward(p, np.array([0])), [[-1 / epsilon, 0]], rtol=2e-3)
        np.testing.assert_allclose(criterion.backward(p, np.array([1])), [[0, -1]], rtol=2e-15)


def test_probabilities_out_of_range_count_as_the_bounds():
    criterion = ClassNLLCriterionUnstable()
    assert criterion.forward(np.array([[-3.0, 2.0]]), np.array([0])) == pytest.approx(-np.log(EPS), rel=1e-15)
    np.testing.assert_allclose(criterion.backward(np.array([[-3.0, 2.0]]), np.array([0])), [[-1 / EPS, 0]], rtol=1e-15)


def test_a_probability_above_one_does_not_lower_the_loss_below_zero():
    assert 0 <= ClassNLLCriterionUnstable().forward(np.array([[-3.0, 2.0]]), np.array([1])) < 2 * EPS


def test_EPS_can_be_set():
    criterion = ClassNLLCriterionUnstable()
    criterion.EPS = 0.5
    assert criterion.forward(np.array([[0.0, 1.0]]), np.array([0])) == pytest.approx(np.log(2), rel=1e-15)
