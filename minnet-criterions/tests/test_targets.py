from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from minnet_core import ShapeError
from minnet_criterions.targets import chosen_classes, weighted_sum

DTYPES = [np.bool_, np.uint8, np.int8, np.int64, np.uint64, np.float16, np.float32, np.float64]


@settings(deadline=None)
@given(st.lists(st.integers(0, 4), min_size=1, max_size=9), st.sampled_from(DTYPES[1:5]))
def test_indices_of_any_integer_dtype_choose_the_places_that_are_one_in_a_one_hot_target(classes, dtype):
    places = np.zeros((len(classes), 5))
    places[chosen_classes("owner", places, np.array(classes, dtype))] = 1
    np.testing.assert_array_equal(places, np.eye(5)[classes])


@pytest.mark.parametrize("dtype", DTYPES)
def test_weights_of_any_dtype_choose_nothing(dtype):
    assert chosen_classes("owner", np.zeros((2, 3)), np.ones((2, 3), dtype)) is None


@pytest.mark.parametrize(("target", "value", "position"), [([0, 3, 1], 3, 1), ([0, 1, -1], -1, 2), ([9, -9, 0], 9, 0)])
def test_an_index_out_of_range_is_named_with_its_position(target, value, position):
    with pytest.raises(ValueError, match=f"owner: expected class indices from 0 to 2, received {value} at {position}"):
        chosen_classes("owner", np.zeros((3, 3)), np.array(target))


@pytest.mark.parametrize("dtype", [np.float64, np.bool_])
def test_indices_that_are_not_integers_are_refused(dtype):
    with pytest.raises(TypeError, match="owner: expected class indices of an integer dtype, received"):
        chosen_classes("owner", np.zeros((2, 3)), np.array([1, 0], dtype))


@pytest.mark.parametrize(
    "target", [np.zeros((2, 1)), np.zeros((1, 3)), np.zeros(3, int), np.zeros((2, 3, 1)), 1, [0, 1]]
)
def test_a_target_of_another_shape_is_refused(target):
    with pytest.raises(ShapeError, match=r"owner: expected target \(2, 3\) of weights or \(2,\) of class indices"):
        chosen_classes("owner", np.zeros((2, 3)), target)


@pytest.mark.parametrize("shape", [(3,), (2, 3, 4)])
def test_an_input_that_is_not_two_dimensional_is_refused(shape):
    with pytest.raises(ShapeError, match=r"owner: expected input \(batch, classes\), received"):
        chosen_classes("owner", np.zeros(shape), np.zeros(shape))


def test_a_weight_of_zero_counts_zero_whatever_the_score():
    with np.errstate(all="raise"):
        assert weighted_sum(np.array([0.0, 0.0, 2.0]), np.array([-np.inf, np.nan, 3.0])) == 6.0
        assert weighted_sum(np.array([1.0]), np.array([-np.inf])) == -np.inf
        assert weighted_sum(np.array([0, 1], np.uint8), np.array([-np.inf, -2.0], np.float32)) == -2.0
        assert np.isnan(weighted_sum(np.array([1.0, 0.0]), np.array([np.nan, 1.0])))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("is_finite", [True, False])
def test_weighted_sums_are_those_of_the_definition_whether_or_not_a_score_is_infinite(dtype, is_finite):
    rng = np.random.default_rng(0)
    weights, scores = rng.integers(0, 2, (40, 30)).astype(dtype), rng.standard_normal((40, 30))
    expected = scores[weights != 0].sum()
    if not is_finite:
        scores[weights == 0] = -np.inf
    for layout in (np.array, np.asfortranarray):
        assert weighted_sum(layout(weights), scores) == pytest.approx(expected, rel=1e-13)
        single = weighted_sum(layout(weights), scores.astype(np.float32))
        assert single == pytest.approx(expected, rel=1e-5)


def test_backward_takes_a_target_that_forward_checked_and_checks_every_other():
    scores, target = np.zeros((2, 3)), np.array([0, 2])
    chosen = chosen_classes("C", scores, target)
    assert chosen_classes("C", scores, target, is_backward=True)[0] is chosen[0]
    with pytest.raises(ValueError, match="received 3 at 1"):
        chosen_classes("C", scores, np.array([0, 3]), is_backward=True)
    with pytest.raises(ValueError, match="received 2 at 1"):
        chosen_classes("C", np.zeros((2, 2)), target, is_backward=True)
    target[1] = 3
    with pytest.raises(ValueError, match="received 3 at 1"):
        chosen_classes("C", scores, target)
