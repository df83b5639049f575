from __future__ import annotations

import numpy as np
import pytest

from minnet_criterions import BCEWithLogitsCriterion, SoftMarginCriterion


def test_it_is_the_binary_cross_entropy_of_scores_with_other_names_for_no_and_yes():
    rng = np.random.default_rng(0)
    x, t = rng.standard_normal((4, 3)) * 3, rng.choice([-1, 1], (4, 3))
    ours, theirs = SoftMarginCriterion(), BCEWithLogitsCriterion()
    assert ours.losses(x, t) == pytest.approx(theirs.losses(x, t > 0), rel=1e-13)
    np.testing.assert_allclose(ours.backward(x, t), theirs.backward(x, t > 0), rtol=1e-12)


def test_sure_answers_overflow_nowhere_and_keep_their_digits():
    criterion, x = SoftMarginCriterion(), np.array([[1e4, -1e4]], np.float32)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        assert criterion.forward(x, np.array([[1, -1]])) == 0
        assert criterion.forward(x, np.array([[-1, 1]])) == 2e4
        np.testing.assert_array_equal(criterion.backward(x, np.array([[-1, 1]])), [[1, -1]])
    assert criterion.forward(np.array([[20.5]], np.float32), np.array([[1]])) == pytest.approx(np.exp(-20.5), rel=1e-6)


def test_targets_that_are_no_signs_are_refused():
    with pytest.raises(ValueError, match="SoftMarginCriterion: expected targets of -1 and 1, received 0"):
        SoftMarginCriterion().forward(np.zeros((1, 2)), np.array([[0, 1]]))
