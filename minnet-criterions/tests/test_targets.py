from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minnet_core import ShapeError
from minnet_criterions.targets import class_weights, weighted_sum

DTYPES = [np.bool_, np.uint8, np.int8, np.int64, np.uint64, np.float16, np.float32, np.float64]


@settings(deadline=None)
@given(st.lists(st.integers(0, 4), min_size=1, max_size=9), st.sampled_from(DTYPES), st.sampled_from(DTYPES[1:5]))
def test_one_hot_of_any_dtype_and_indices_of_any_integer_dtype_are_the_same_target(classes, one_hot, index):
    input = np.zeros((len(classes), 5), np.float32)
    expected = np.eye(5)[classes]
    for target in (expected.astype(one_hot), np.array(classes, index)):
        weights = class_weights("owner", input, target)
        np.testing.assert_array_equal(weights, expected)
        assert weights.dtype == np.float32


def test_soft_labels_are_kept_and_copied():
    target = np.array([[0.2, 0.8], [-1.0, 3.0]])
    weights = class_weights("owner", np.zeros((2, 2)), target)
    np.testing.assert_array_equal(weights, target)
    assert not np.shares_memory(weights, target)


def test_integer_input_gets_floating_weights():
    assert class_weights("owner", np.zeros((2, 3), np.uint8), np.array([0, 1])).dtype == np.float32


@pytest.mark.parametrize(("target", "value", "position"), [([0, 3, 1], 3, 1), ([0, 1, -1], -1, 2), ([9, -9, 0], 9, 0)])
def test_an_index_out_of_range_is_named_with_its_position(target, value, position):
    with pytest.raises(ValueError, match=f"owner: expected class indices from 0 to 2, received {value} at {position}"):
        class_weights("owner", np.zeros((3, 3)), np.array(target))


@pytest.mark.parametrize("dtype", [np.float64, np.bool_])
def test_indices_that_are_not_integers_are_refused(dtype):
    with pytest.raises(TypeError, match="owner: expected class indices of an integer dtype, received"):
        class_weights("owner", np.zeros((2, 3)), np.array([1, 0], dtype))


@pytest.mark.parametrize(
    "target", [np.zeros((2, 1)), np.zeros((1, 3)), np.zeros(3, int), np.zeros((2, 3, 1)), 1, [0, 1]]
)
def test_a_target_of_another_shape_is_refused(target):
    with pytest.raises(ShapeError, match=r"owner: expected target \(2, 3\) of weights or \(2,\) of class indices"):
        class_weights("owner", np.zeros((2, 3)), target)


@pytest.mark.parametrize("shape", [(3,), (2, 3, 4)])
def test_an_input_that_is_not_two_dimensional_is_refused(shape):
    with pytest.raises(ShapeError, match=r"owner: expected input \(batch, classes\), received"):
        class_weights("owner", np.zeros(shape), np.zeros(shape))


def test_a_weight_of_zero_counts_zero_whatever_the_score():
    with np.errstate(all="raise"):
        assert weighted_sum(np.array([0.0, 0.0, 2.0]), np.array([-np.inf, np.nan, 3.0])) == 6.0
        assert weighted_sum(np.array([1.0]), np.array([-np.inf])) == -np.inf
