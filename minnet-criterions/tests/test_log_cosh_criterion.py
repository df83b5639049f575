from __future__ import annotations

import math

import numpy as np
import pytest

from minnet_criterions import LogCoshCriterion


@pytest.mark.parametrize("distance", [1e-150, 1e-9, 1e-4, 0.3, 1.0, 5.0, 19.9, 20.1, 1e3, 1e300])
def test_all_digits_are_right_near_zero_and_far_from_it(distance):
    if distance < 1e-3:
        expected = distance**2 / 2 - distance**4 / 12
    else:
        expected = distance + math.log1p(math.exp(-2 * distance)) - math.log(2)
    with np.errstate(over="raise", invalid="raise"):
        assert LogCoshCriterion().forward(np.array([[-distance]]), np.zeros((1, 1))) == pytest.approx(
            expected, rel=1e-12, abs=0
        )


def test_float32_keeps_the_digits_of_small_differences():
    x = np.array([[1e-4, 3e38]], np.float32)
    assert LogCoshCriterion().forward(x[:, :1], np.zeros((1, 1))) == pytest.approx(5e-9, rel=1e-6, abs=0)
    with np.errstate(over="raise", invalid="raise"):
        assert LogCoshCriterion().forward(x[:, 1:], np.zeros((1, 1))) == pytest.approx(3e38)
        np.testing.assert_allclose(LogCoshCriterion().backward(x, np.zeros((1, 2))), [[1e-4, 1]], rtol=1e-6)
