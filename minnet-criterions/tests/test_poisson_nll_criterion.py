from __future__ import annotations

import math

import numpy as np
import pytest

from minnet_criterions import PoissonNLLCriterion


def test_an_input_and_its_logarithm_have_one_loss():
    rng = np.random.default_rng(0)
    rates, counts = rng.uniform(0.5, 9, (4, 3)), rng.poisson(3, (4, 3))
    expected = PoissonNLLCriterion().forward(np.log(rates), counts)
    assert PoissonNLLCriterion(log_input=False, eps=1e-300).forward(rates, counts) == pytest.approx(expected, rel=1e-13)


def test_the_full_loss_is_nearly_the_negative_log_likelihood():
    counts = np.array([[0, 1, 20, 1000]])
    for count in counts[0, [0, 2, 3]]:
        exact = 25.0 - count * math.log(25.0) + math.lgamma(count + 1)
        full = PoissonNLLCriterion(full=True).forward(np.log([[25.0]]), np.array([[count]]))
        assert full == pytest.approx(exact, abs=5e-3)


def test_a_count_that_overflows_is_an_infinite_loss_without_a_warning():
    with np.errstate(all="raise"):
        assert PoissonNLLCriterion().forward(np.array([[1e4]], np.float32), np.ones((1, 1))) == np.inf
        assert PoissonNLLCriterion(log_input=False, full=True).forward(np.zeros((1, 1)), np.zeros((1, 1))) == 0


def test_a_mean_is_in_range_where_one_exponential_is_not():
    x, counts = np.zeros((4, 3), np.float32), np.ones((4, 3), np.float32)
    x[0, 0] = 90  # e^90 is 1.2e39, a twelfth of it 1e38
    criterion = PoissonNLLCriterion(mean="elements")
    with np.errstate(all="raise"):
        loss, gradient = criterion.forward(x, counts), criterion.backward(x, counts)
    assert loss == pytest.approx(math.exp(90) / 12, rel=1e-5)
    assert gradient.dtype == np.float32
    assert gradient[0, 0] == pytest.approx(math.exp(90) / 12, rel=1e-5)
