from __future__ import annotations

import numpy as np
import pytest

from minnet_criterions import AbsCriterion, SmoothL1Criterion


def test_known_values_on_both_sides_of_beta():
    x, t = np.array([[1.0, -5.0], [2.0, 0.0]]), np.zeros((2, 2))
    criterion = SmoothL1Criterion(beta=2.0)
    np.testing.assert_array_equal(criterion.losses(x, t), [4.25, 1.0])
    np.testing.assert_array_equal(criterion.backward(x, t), [[0.25, -0.5], [0.5, 0]])


def test_without_a_parabola_it_is_the_absolute_error():
    x, t = np.random.default_rng(0).standard_normal((2, 4, 3))
    ours, theirs = SmoothL1Criterion(beta=0), AbsCriterion()
    assert ours.forward(x, t) == theirs.forward(x, t)
    np.testing.assert_array_equal(ours.backward(x, t), theirs.backward(x, t))


def test_a_tiny_beta_and_large_differences_overflow_nowhere():
    with np.errstate(over="raise", invalid="raise"):
        loss = SmoothL1Criterion(beta=1e-30).forward(np.array([[1e30, 1e-35]], np.float32), np.zeros((1, 2)))
    assert loss == pytest.approx(1e30)
