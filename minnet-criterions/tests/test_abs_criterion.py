from __future__ import annotations

import numpy as np

from minnet_criterions import AbsCriterion


def test_known_values_and_no_slope_where_both_are_equal():
    x, t = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1, 0], [4, 4]])
    assert AbsCriterion().forward(x, t) == 1.5
    np.testing.assert_array_equal(AbsCriterion().backward(x, t), [[0, 0.5], [-0.5, 0]])
    assert AbsCriterion("elements").forward(x, t) == 0.75


def test_unsigned_numbers_do_not_wrap():
    assert AbsCriterion().forward(np.array([[1]], np.uint8), np.array([[255]], np.uint8)) == 254
