from __future__ import annotations

import numpy as np
import pytest

from minnet_criterions import BCEWithLogitsCriterion, FocalCriterion


def test_without_focus_it_is_the_binary_cross_entropy():
    rng = np.random.default_rng(0)
    x, t = rng.standard_normal((4, 3)) * 3, rng.integers(0, 2, (4, 3))
    ours, theirs = FocalCriterion(gamma=0), BCEWithLogitsCriterion()
    assert ours.losses(x, t) == pytest.approx(theirs.losses(x, t), rel=1e-12)
    np.testing.assert_allclose(ours.backward(x, t), theirs.backward(x, t), rtol=1e-12)


def test_losses_and_gradients_are_those_of_the_definition():
    rng = np.random.default_rng(0)
    x, t = rng.standard_normal((4, 3)) * 3, rng.integers(0, 2, (4, 3))
    for gamma, alpha in ((2.0, None), (0.5, 0.25), (3.0, 1.0)):
        criterion = FocalCriterion(gamma, alpha)
        p = np.where(t == 1, 1 / (1 + np.exp(-x)), 1 / (1 + np.exp(x)))
        weights = 1 if alpha is None else np.where(t == 1, alpha, 1 - alpha)
        expected = -weights * (1 - p) ** gamma * np.log(p)
        assert criterion.losses(x, t) == pytest.approx(expected.sum(1), rel=1e-12)
        step, direction = 1e-6, rng.standard_normal(x.shape)
        rise = criterion.forward(x + step * direction, t) - criterion.forward(x - step * direction, t)
        assert np.vdot(criterion.backward(x, t), direction) == pytest.approx(rise / (2 * step), rel=1e-6)


def test_sure_answers_overflow_nowhere():
    criterion, x = FocalCriterion(), np.array([[1e4, -1e4]], np.float32)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        assert criterion.forward(x, np.array([[1, 0]])) == 0
        assert criterion.forward(x, np.array([[0, 1]])) == 2e4
        np.testing.assert_array_equal(criterion.backward(x, np.array([[0, 1]])), [[1, -1]])


@pytest.mark.parametrize("target", [np.array([[0.5, 1]]), np.array([[-1, 1]]), np.array([[np.nan, 1]])])
def test_targets_that_say_neither_yes_nor_no_are_refused(target):
    with pytest.raises(ValueError, match="FocalCriterion: expected targets of 0 and 1, received"):
        FocalCriterion().forward(np.zeros((1, 2)), target)
