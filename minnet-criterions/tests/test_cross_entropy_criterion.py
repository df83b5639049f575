from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from minnet_core import ShapeError
from minnet_criterions import CrossEntropyCriterion


def explicit(x, target, weights, smoothing, ignored):
    """The definition, place by place."""
    x = np.moveaxis(x, 1, -1)
    classes = x.shape[-1]
    is_classes = target.ndim < x.ndim
    target = target if is_classes else np.moveaxis(target, 1, -1)
    total = divisor = 0.0
    for place in np.ndindex(x.shape[:-1]):
        if is_classes:
            if target[place] == ignored:
                continue
            t = np.eye(classes)[target[place]]
            divisor += weights[target[place]]
        else:
            t = target[place]
            divisor += 1
        q = weights * (t * (1 - smoothing) + smoothing / classes)
        total -= (q * (x[place] - np.log(np.exp(x[place]).sum()))).sum()
    return total / divisor if divisor else 0.0


@settings(deadline=None, max_examples=60)
@given(
    batch=st.integers(1, 4),
    classes=st.integers(1, 4),
    places=st.lists(st.integers(1, 3), max_size=2),
    smoothing=st.sampled_from([0.0, 0.1, 1.0]),
    ignored=st.sampled_from([-100, 0, 255]),
    is_weighted=st.booleans(),
    is_soft=st.booleans(),
    seed=st.integers(0, 99),
)
def test_loss_and_gradient_are_those_of_the_definition(
    batch, classes, places, smoothing, ignored, is_weighted, is_soft, seed
):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((batch, classes, *places))
    weights = rng.uniform(0.2, 2, classes) if is_weighted else np.ones(classes)
    if is_soft:
        target = rng.random(x.shape)
    else:
        target = rng.integers(0, classes, (batch, *places))
        target[rng.random(target.shape) < 0.3] = ignored
    criterion = CrossEntropyCriterion(weights if is_weighted else None, smoothing, ignored)
    loss = criterion.forward(x, target)
    assert loss == pytest.approx(explicit(x, target, weights, smoothing, ignored), rel=1e-12, abs=1e-14)
    assert criterion.losses(x, target).mean() == pytest.approx(loss, rel=1e-12, abs=1e-14)
    gradInput, step = criterion.backward(x, target), 1e-6
    assert gradInput.shape == x.shape
    direction = rng.standard_normal(x.shape)
    slope = (criterion.forward(x + step * direction, target) - criterion.forward(x - step * direction, target)) / (
        2 * step
    )
    assert (gradInput * direction).sum() == pytest.approx(slope, rel=1e-6, abs=1e-8)


def test_the_target_may_have_any_integer_dtype_and_one_hot_rows_any_dtype():
    rng = np.random.default_rng(0)
    x, classes = rng.standard_normal((5, 3)), np.array([0, 2, 1, 1, 0])
    criterion = CrossEntropyCriterion()
    expected, gradient = criterion.forward(x, classes), criterion.backward(x, classes)
    for target in (
        *(classes.astype(dtype) for dtype in (np.uint8, np.int8, np.uint64, np.int32)),
        *(np.eye(3, dtype=dtype)[classes] for dtype in (np.bool_, np.uint8, np.float16)),
    ):
        assert criterion.forward(x, target) == pytest.approx(expected, rel=1e-14)
        np.testing.assert_allclose(criterion.backward(x, target), gradient, rtol=1e-13, atol=1e-16)


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_a_batch_that_is_ignored_altogether_has_the_loss_zero_and_no_gradient(smoothing):
    criterion = CrossEntropyCriterion(None, smoothing)
    x, target = np.ones((2, 3, 4)), np.full((2, 4), -100)
    assert criterion.forward(x, target) == 0
    np.testing.assert_array_equal(criterion.backward(x, target), np.zeros((2, 3, 4)))
    np.testing.assert_array_equal(criterion.losses(x, target), [0, 0])


def test_what_is_ignored_may_hold_anything():
    criterion = CrossEntropyCriterion(None, 0.1)
    x = np.array([[1.0, 2.0], [np.nan, np.inf]])
    with np.errstate(invalid="raise"):
        assert criterion.forward(x, np.array([0, -100])) == criterion.forward(x[:1], np.array([0]))
        np.testing.assert_array_equal(criterion.backward(x, np.array([0, -100]))[1], [0, 0])


def test_scores_of_thousands_overflow_nowhere_and_a_class_that_is_excluded_counts_nothing():
    criterion = CrossEntropyCriterion()
    x = np.array([[1e4, -1e4, -np.inf]], np.float32)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        assert criterion.forward(x, np.array([1])) == 2e4
        np.testing.assert_array_equal(criterion.backward(x, np.array([1])), [[1, -1, 0]])
        assert criterion.forward(x, np.array([[0.5, 0.5, 0.0]], np.float32)) == 1e4


def test_float32_scores_far_from_zero_are_as_accurate_as_they_are():
    rng = np.random.default_rng(0)
    x, target = (rng.standard_normal((50, 10)) + 3000).astype(np.float32), rng.integers(0, 10, 50)
    criterion, wide = CrossEntropyCriterion(), x.astype(np.float64)
    assert criterion.forward(x, target) == pytest.approx(criterion.forward(wide, target), rel=1e-6)
    np.testing.assert_allclose(criterion.backward(x, target), criterion.backward(wide, target), atol=1e-8)
    assert criterion.gradInput.dtype == np.float64
    assert criterion.backward(x, target).dtype == np.float32


def test_neither_input_nor_target_is_written_to():
    x, target = np.ones((2, 3)), np.full((2, 3), 1 / 3)
    x.flags.writeable = target.flags.writeable = False
    criterion = CrossEntropyCriterion()
    criterion.forward(x, target)
    assert not np.shares_memory(criterion.backward(x, target), target)


@pytest.mark.parametrize(
    ("target", "error", "message"),
    [
        (np.array([0, 3]), ValueError, r"class indices from 0 to 2, or -100 for what is ignored, received 3 at 1"),
        (np.array([-1, 0]), ValueError, r"from 0 to 2, or -100 for what is ignored, received -1 at 0"),
        (np.array([0.0, 1.0]), TypeError, r"class indices of an integer dtype, received \(2,\) float64"),
        (np.zeros((2, 1), int), ShapeError, r"expected target \(2, 3\) of probabilities or \(2,\) of class indices"),
        (np.zeros(3, int), ShapeError, r"expected target \(2, 3\)"),
    ],
)
def test_a_target_that_does_not_fit_is_refused_by_name(target, error, message):
    criterion = CrossEntropyCriterion()
    for method in (criterion.forward, criterion.backward):
        with pytest.raises(error, match=f"CrossEntropyCriterion: .*{message}"):
            method(np.zeros((2, 3)), target)
    assert criterion.output is criterion.gradInput is None


def test_a_wrong_place_is_named_with_all_its_numbers():
    with pytest.raises(ValueError, match=r"received 7 at \(1, 2\)"):
        CrossEntropyCriterion().forward(np.zeros((2, 3, 4)), np.array([[0, 0, 0, 0], [0, 1, 7, 0]]))


def test_weights_of_another_number_of_classes_and_wrong_arguments_are_refused():
    with pytest.raises(ShapeError, match=r"CrossEntropyCriterion: expected weights \(3,\), received \(2,\)"):
        CrossEntropyCriterion([1, 2]).forward(np.zeros((2, 3)), np.array([0, 1]))
    with pytest.raises(ShapeError, match=r"CrossEntropyCriterion: expected weights \(3,\), received \(1,\)"):
        CrossEntropyCriterion([2]).forward(np.zeros((2, 3)), np.eye(3)[:2])
    for arguments in ({"weights": [1, np.nan]}, {"weights": 2.0}, {"label_smoothing": -0.1}):
        with pytest.raises(ValueError, match="CrossEntropyCriterion: expected"):
            CrossEntropyCriterion(**arguments)
    with pytest.raises(TypeError):
        CrossEntropyCriterion(ignore_index=0.5)
