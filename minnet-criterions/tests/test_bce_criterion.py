from __future__ import annotations

import numpy as np
import pytest

from minnet_core import ShapeError
from minnet_criterions import BCECriterion, BCEWithLogitsCriterion


def test_of_the_sigmoid_of_scores_it_is_the_loss_of_the_scores():
    rng = np.random.default_rng(0)
    x, t, w = rng.standard_normal((4, 3)), rng.random((4, 3)), rng.random(3)
    p = 1 / (1 + np.exp(-x))
    ours, theirs = BCECriterion(w), BCEWithLogitsCriterion(w)
    assert ours.losses(p, t) == pytest.approx(theirs.losses(x, t), rel=1e-12)
    np.testing.assert_allclose(ours.backward(p, t) * p * (1 - p), theirs.backward(x, t), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_certain_answers_have_finite_losses_and_gradients_and_warn_of_nothing(dtype):
    p, t = np.array([[0.0, 1.0, 0.0, 1.0]], dtype), np.array([[0, 1, 1, 0]])
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        assert BCECriterion().forward(p, t) == 200
        gradInput = BCECriterion().backward(p.astype(np.float32), t)
    np.testing.assert_allclose(gradInput, [[0, 0, -1e12, 1e12]], rtol=1e-6)


@pytest.mark.parametrize("value", [-0.1, 1.1, np.inf])
def test_what_is_no_probability_is_refused(value):
    half, wrong = np.full((2, 2), 0.5), np.array([[0.5, value], [0.5, 0.5]])
    with pytest.raises(ValueError, match=f"BCECriterion: expected input from 0 to 1, received {value}"):
        BCECriterion().forward(wrong, half)
    with pytest.raises(ValueError, match=f"BCECriterion: expected target from 0 to 1, received {value}"):
        BCECriterion().forward(half, wrong)


def test_weights_that_do_not_fit_are_refused():
    with pytest.raises(ShapeError, match=r"BCECriterion: expected weights \(2,\) to be broadcast to the input"):
        BCECriterion([1, 2]).forward(np.full((4, 3), 0.5), np.ones((4, 3)))
