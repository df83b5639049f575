from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from minnet_core import ShapeError
from minnet_criterions import BCEWithLogitsCriterion


@settings(deadline=None, max_examples=50)
@given(
    shape=st.lists(st.integers(1, 4), min_size=1, max_size=3),
    mean=st.sampled_from(["batch", "elements"]),
    has_weights=st.booleans(),
    has_pos_weight=st.booleans(),
    seed=st.integers(0, 99),
)
def test_loss_and_gradient_are_those_of_the_definition(shape, mean, has_weights, has_pos_weight, seed):
    rng = np.random.default_rng(seed)
    x, t = rng.standard_normal(shape) * 3, rng.random(shape)
    w, p = rng.uniform(0.1, 3, (2, *shape[1:]))
    criterion = BCEWithLogitsCriterion(w if has_weights else None, p if has_pos_weight else None, mean)
    w, p = (w if has_weights else 1), (p if has_pos_weight else 1)
    s = 1 / (1 + np.exp(-x))
    losses = -w * (p * t * np.log(s) + (1 - t) * np.log(1 - s))
    expected = losses.sum() / (shape[0] if mean == "batch" else losses.size)
    assert criterion.forward(x, t) == pytest.approx(expected, rel=1e-12)
    gradInput, step, direction = criterion.backward(x, t), 1e-6, rng.standard_normal(shape)
    rise = criterion.forward(x + step * direction, t) - criterion.forward(x - step * direction, t)
    assert np.vdot(gradInput, direction) == pytest.approx(rise / (2 * step), rel=1e-6, abs=1e-8)
    assert criterion.losses(x, t).mean() == pytest.approx(expected, rel=1e-12)


def test_sure_answers_overflow_nowhere_and_keep_their_digits():
    criterion = BCEWithLogitsCriterion()
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        assert criterion.forward(np.array([[1e30, -1e30]], np.float32), np.array([[1, 0]])) == 0
        assert criterion.forward(np.array([[1e4, -1e4]], np.float32), np.array([[0, 1]])) == 2e4
        np.testing.assert_array_equal(
            criterion.backward(np.array([[1e4, -1e4]], np.float32), np.array([[0, 1]])), [[1, -1]]
        )
    for x, t in ((-20.5, 0), (20.5, 1)):
        assert criterion.forward(np.array([[x]], np.float32), np.array([[t]])) == pytest.approx(np.exp(-20.5), rel=1e-6)


def test_targets_of_any_dtype_count_as_numbers_and_nothing_is_written_to():
    criterion = BCEWithLogitsCriterion(pos_weight=2.0)
    x, t = np.array([[0.5, -1.0]], np.float32), np.array([[1, 0]])
    x.flags.writeable = False
    expected = criterion.forward(x, t.astype(np.float32))
    for dtype in (bool, np.uint8, np.float64, np.float16):
        assert criterion.forward(x, t.astype(dtype)) == expected
        assert criterion.backward(x, t.astype(dtype)).dtype == np.float32
    integers = criterion.forward(np.array([[1, 0]]), t)
    assert integers == pytest.approx(criterion.forward(np.array([[1.0, 0.0]]), t))


@pytest.mark.parametrize(("input", "target"), [((4, 1), (4,)), ((4,), (4, 1)), ((4, 3), (1, 3))])
def test_shapes_that_would_broadcast_are_refused(input, target):
    with pytest.raises(ShapeError, match="BCEWithLogitsCriterion: expected target"):
        BCEWithLogitsCriterion().forward(np.zeros(input), np.zeros(target))


def test_weights_that_do_not_fit_and_wrong_arguments_are_refused():
    for name in ("weights", "pos_weight"):
        for wrong in ((1.0, 2.0), np.ones((1, 4, 3))):
            with pytest.raises(ShapeError, match=rf"BCEWithLogitsCriterion: expected {name} .* received \(4, 3\)"):
                BCEWithLogitsCriterion(**{name: wrong}).forward(np.zeros((4, 3)), np.zeros((4, 3)))
        with pytest.raises(ValueError, match=f"BCEWithLogitsCriterion: expected {name} that are finite and 0 or more"):
            BCEWithLogitsCriterion(**{name: [1, np.inf]})
    with pytest.raises(ValueError, match="expected mean 'batch' or 'elements', received 'sum'"):
        BCEWithLogitsCriterion(mean="sum")
