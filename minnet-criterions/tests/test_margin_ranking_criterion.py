from __future__ import annotations

import numpy as np
import pytest

from minnet_core import ShapeError
from minnet_criterions import MarginRankingCriterion


def test_known_values_and_the_slope_of_the_line_where_the_margin_is_just_reached():
    u, v, t = np.array([[3.0, 1.0, 2.0]]), np.array([[1.0, 3.0, 1.0]]), np.array([[1, 1, 1]])
    criterion = MarginRankingCriterion(margin=1.0)
    assert criterion.forward((u, v), t) == 3
    of_u, of_v = criterion.backward((u, v), t)
    np.testing.assert_array_equal(of_u, [[0, -1, -1]])
    np.testing.assert_array_equal(of_v, [[0, 1, 1]])


def test_a_pair_and_its_reverse_have_one_loss():
    u, v = np.random.default_rng(0).standard_normal((2, 4, 3))
    t = np.random.default_rng(1).choice([-1, 1], (4, 3))
    criterion = MarginRankingCriterion(0.5)
    assert criterion.losses((u, v), t) == pytest.approx(criterion.losses((v, u), -t), rel=1e-14)


def test_what_is_no_pair_of_the_shape_of_the_target_is_refused():
    criterion, t = MarginRankingCriterion(), np.ones((4, 3))
    for input in (t, (t,), (t, t, t), [t, t]):
        with pytest.raises((ShapeError, TypeError), match="MarginRankingCriterion: expected"):
            criterion.forward(input, t)
    with pytest.raises(ShapeError, match=r"MarginRankingCriterion: expected input\[1\] \(4, 3\), received \(4, 1\)"):
        criterion.forward((t, t[:, :1]), t)
    with pytest.raises(ValueError, match="MarginRankingCriterion: expected targets of -1 and 1, received 0"):
        criterion.forward((t, t), 0 * t)


def test_integers_count_as_numbers():
    u, v, t = np.array([[3]], np.uint8), np.array([[5]], np.uint8), np.array([[1]])
    criterion = MarginRankingCriterion()
    assert criterion.forward((u, v), t) == 2
    assert [float(gradient[0, 0]) for gradient in criterion.backward((u, v), t)] == [-1, 1]
