from __future__ import annotations

import numpy as np
import pytest

from minnet_criterions import HingeEmbeddingCriterion


def test_known_values_and_the_slope_of_the_line_where_the_margin_is_just_reached():
    x, t = np.array([[0.5, 0.5], [1.0, 2.0]]), np.array([[1, -1], [-1, -1]])
    criterion = HingeEmbeddingCriterion()
    np.testing.assert_array_equal(criterion.losses(x, t), [1.0, 0.0])
    np.testing.assert_array_equal(criterion.backward(x, t), [[0.5, -0.5], [-0.5, 0]])


def test_the_digits_of_a_small_distance_are_those_of_the_loss():
    x = np.array([[1e-6]], np.float32)
    assert HingeEmbeddingCriterion(margin=1e6).forward(x, np.array([[1]])) == pytest.approx(1e-6, rel=1e-6)


def test_the_largest_numbers_and_infinite_distances_are_losses():
    x, t = np.array([[-3e38, np.inf], [-3e38, 1.0], [3e38, 2.0]], np.float32), np.array([[1, -1], [-1, -1], [1, -1]])
    with np.errstate(all="raise"):
        losses = HingeEmbeddingCriterion().losses(x, t)
    np.testing.assert_array_equal(losses, np.float32([-3e38, 3e38, 3e38]))


def test_targets_that_are_no_signs_are_refused():
    with pytest.raises(ValueError, match="HingeEmbeddingCriterion: expected targets of -1 and 1, received 0"):
        HingeEmbeddingCriterion().forward(np.zeros((1, 2)), np.array([[0, 1]]))
