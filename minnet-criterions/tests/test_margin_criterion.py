from __future__ import annotations

import numpy as np
import pytest

from minnet_criterions import MarginCriterion


def test_known_values_and_no_slope_where_the_margin_is_just_reached():
    x, t = np.array([[0.5, 1.0], [-2.0, 3.0]]), np.array([[1, 1], [1, -1]])
    criterion = MarginCriterion()
    np.testing.assert_array_equal(criterion.losses(x, t), [0.5, 7.0])
    np.testing.assert_array_equal(criterion.backward(x, t), [[-0.5, 0], [-0.5, 0.5]])


def test_the_margin_is_how_far_scores_are_to_be_from_zero():
    x, t = np.array([[2.0, -2.0]]), np.array([[1, -1]])
    assert [MarginCriterion(margin).forward(x, t) for margin in (0, 2, 3)] == [0, 0, 2]


@pytest.mark.parametrize("target", [np.array([[0, 1]]), np.array([[2.0, 1.0]]), np.array([[True, False]])])
def test_targets_that_are_no_signs_are_refused(target):
    with pytest.raises(ValueError, match="MarginCriterion: expected targets of -1 and 1, received"):
        MarginCriterion().forward(np.zeros((1, 2)), target)
