from __future__ import annotations

import numpy as np
import pytest

from minnet_criterions import ClassNLLCriterion


def test_known_values():
    criterion, x = ClassNLLCriterion(), np.array([[-0.5, -1.0], [-0.25, -1.5]])
    for target in (np.array([1, 0]), np.array([[0.0, 1.0], [1.0, 0.0]])):
        assert criterion.forward(x, target) == 0.625
        np.testing.assert_array_equal(criterion.backward(x, target), [[0, -0.5], [-0.5, 0]])


def test_an_unsigned_one_hot_target_does_not_wrap():
    target = np.array([[0, 1, 0]], np.uint8)
    np.testing.assert_array_equal(ClassNLLCriterion().backward(np.zeros((1, 3), np.float32), target), [[0, -1, 0]])


def test_a_class_with_no_probability_counts_nothing_unless_it_is_the_target():
    criterion, x = ClassNLLCriterion(), np.array([[-np.inf, 0.0]])
    with np.errstate(all="raise"):
        assert criterion.forward(x, np.array([1])) == 0
        assert criterion.forward(x, np.array([[0, 1]])) == 0
        assert criterion.forward(x, np.array([0])) == np.inf
        np.testing.assert_array_equal(criterion.backward(x, np.array([0])), [[-1, 0]])


def test_soft_labels_give_the_cross_entropy():
    p, t = np.array([[0.1, 0.9], [0.3, 0.7]]), np.array([[0.5, 0.5], [0.25, 0.75]])
    assert ClassNLLCriterion().forward(np.log(p), t) == pytest.approx(-(t * np.log(p)).sum() / 2, rel=1e-15)
    np.testing.assert_array_equal(ClassNLLCriterion().backward(np.log(p), t), -t / 2)


def test_an_index_out_of_range_is_an_error_that_names_the_criterion():
    with pytest.raises(ValueError, match="ClassNLLCriterion: expected class indices from 0 to 1, received 2 at 1"):
        ClassNLLCriterion().forward(np.zeros((2, 2)), np.array([0, 2]))
