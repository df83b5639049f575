from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from minnet_core import ShapeError
from minnet_criterions import MSECriterion


def test_known_values():
    criterion, x, t = MSECriterion(), np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1.0, 0.0], [0.0, 4.0]])
    assert criterion.forward(x, t) == 6.5
    np.testing.assert_array_equal(criterion.backward(x, t), [[0, 2], [3, 0]])


@settings(deadline=None)
@given(st.lists(st.integers(1, 4), min_size=1, max_size=4).map(tuple), st.integers(0, 99))
def test_features_are_summed_and_the_batch_is_averaged_on_any_number_of_axes(shape, seed):
    rng = np.random.default_rng(seed)
    x, t = rng.standard_normal(shape), rng.standard_normal(shape)
    assert MSECriterion().forward(x, t) == pytest.approx(np.sum((x - t) ** 2) / shape[0], rel=1e-13)
    np.testing.assert_allclose(MSECriterion().backward(x, t), 2 * (x - t) / shape[0], rtol=1e-13)


@pytest.mark.parametrize(("input", "target"), [((4, 1), (4,)), ((4,), (4, 1)), ((4, 3), (3,)), ((4, 3), (1, 3))])
def test_shapes_that_would_broadcast_are_refused(input, target):
    with pytest.raises(ShapeError, match="MSECriterion: expected target"):
        MSECriterion().forward(np.zeros(input), np.zeros(target))


def test_unsigned_targets_and_inputs_do_not_wrap():
    criterion = MSECriterion()
    assert criterion.forward(np.array([[1.0]], np.float32), np.array([[255]], np.uint8)) == 254.0**2
    assert criterion.forward(np.array([[1]], np.uint8), np.array([[255]], np.uint8)) == 254.0**2
    np.testing.assert_array_equal(
        criterion.backward(np.array([[1]], np.uint8), np.array([[255]], np.uint8)), [[-508.0]]
    )
    assert criterion.forward(np.array([[True]]), np.array([[False]])) == 1.0


def test_the_mean_over_elements_divides_by_the_features_too():
    x, t = np.array([[1.0, 2.0], [3.0, 4.0]]), np.zeros((2, 2))
    assert MSECriterion("elements").forward(x, t) == np.mean(x**2)
    np.testing.assert_array_equal(MSECriterion("elements").backward(x, t), x / 2)
