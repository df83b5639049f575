from __future__ import annotations

import math

import numpy as np
import pytest

from minnet_core import ShapeError
from minnet_criterions import GaussianNLLCriterion


def test_the_full_loss_is_that_of_the_normal_density():
    rng = np.random.default_rng(0)
    mean, variance, t = rng.standard_normal((4, 3)), rng.uniform(0.1, 3, (4, 3)), rng.standard_normal((4, 3))
    density = np.exp(-((t - mean) ** 2) / (2 * variance)) / np.sqrt(2 * math.pi * variance)
    loss = GaussianNLLCriterion(full=True).forward((mean, variance), t)
    assert loss == pytest.approx(-np.log(density).sum() / 4, rel=1e-13)


def test_a_variance_below_eps_counts_as_eps_and_keeps_its_gradient():
    criterion = GaussianNLLCriterion(eps=0.5)
    mean, t = np.array([[1.0, 1.0]]), np.array([[2.0, 2.0]])
    assert criterion.forward((mean, np.array([[0.0, 0.5]])), t) == pytest.approx(math.log(0.5) + 2)
    of_mean, of_variance = criterion.backward((mean, np.array([[0.0, 0.5]])), t)
    np.testing.assert_array_equal(of_mean, [[-2, -2]])
    np.testing.assert_array_equal(of_variance, [[-1, -1]])


def test_gradients_have_the_dtypes_of_their_parts():
    parts = np.ones((2, 3), np.float32), np.ones((2, 3))
    assert [each.dtype for each in GaussianNLLCriterion().backward(parts, np.zeros((2, 3)))] == [np.float32, np.float64]


def test_negative_variances_and_what_is_no_pair_of_one_shape_are_refused():
    criterion, t = GaussianNLLCriterion(), np.zeros((2, 3))
    for method in (criterion.forward, criterion.backward):
        with pytest.raises(ValueError, match=r"GaussianNLLCriterion: expected variances of 0 or more, received -1\.0"):
            method((t, t - 1), t)
        with pytest.raises(ShapeError, match="expected input to be a tuple of 2 arrays, received"):
            method(t, t)
        with pytest.raises(ShapeError, match=r"GaussianNLLCriterion: expected input\[1\] \(2, 3\), received"):
            method((t, t[:, :1]), t)
