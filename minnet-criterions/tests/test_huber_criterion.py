from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from minnet_criterions import HuberCriterion, SmoothL1Criterion


@settings(deadline=None, max_examples=30)
@given(st.floats(0.01, 100), st.integers(0, 99))
def test_it_is_the_parabola_within_delta_and_the_line_outside(delta, seed):
    d = np.random.default_rng(seed).standard_normal((3, 4)) * 10 * delta
    expected = np.where(np.abs(d) < delta, d * d / 2, delta * (np.abs(d) - delta / 2))
    criterion = HuberCriterion(delta)
    assert criterion.losses(d, np.zeros_like(d)) == pytest.approx(expected.sum(1), rel=1e-12)
    np.testing.assert_allclose(criterion.backward(d, np.zeros_like(d)), np.clip(d, -delta, delta) / 3, rtol=1e-12)
    smooth = SmoothL1Criterion(beta=delta)
    assert criterion.forward(d, 0 * d) == pytest.approx(delta * smooth.forward(d, 0 * d), rel=1e-12)


def test_large_differences_overflow_no_square():
    with np.errstate(all="raise"):
        assert HuberCriterion().forward(np.array([[1e30]], np.float32), np.zeros((1, 1))) == pytest.approx(1e30)
