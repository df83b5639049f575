from __future__ import annotations

import numpy as np
import pytest

from minnet_core.nn import euclidean_norm
from minnet_train.training.clipping import Clipping


def test_elements_are_limited_on_both_sides_in_place():
    gradients = np.array([-3.0, 0.5, 2.0])
    assert Clipping(clip_value=1.0)(gradients) == 0.0
    assert gradients.tolist() == [-1.0, 0.5, 1.0]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_norm_is_limited_and_the_direction_kept(dtype):
    gradients = np.random.default_rng(0).normal(size=1000).astype(dtype)
    before = gradients.copy()
    assert Clipping(clip_norm=0.5)(gradients) == pytest.approx(np.linalg.norm(before))
    assert np.linalg.norm(gradients) == pytest.approx(0.5, rel=1e-5)
    assert gradients / np.linalg.norm(gradients) == pytest.approx(before / np.linalg.norm(before), rel=1e-5)
    assert gradients.dtype == dtype


def test_gradients_that_are_small_enough_stay_bit_for_bit():
    gradients = np.array([0.1, -0.2], np.float32)
    before = gradients.copy()
    Clipping(clip_norm=1.0, clip_value=1.0)(gradients)
    assert gradients.tobytes() == before.tobytes()


def test_elements_are_limited_before_the_norm():
    gradients = np.array([100.0, 1.0])
    Clipping(clip_norm=1.0, clip_value=1.0)(gradients)
    assert gradients == pytest.approx([0.5**0.5, 0.5**0.5], rel=1e-5)


@pytest.mark.parametrize("scale", [1e-30, 1e-20, 1.0, 1e19, 1e30, 1e36])
def test_the_norm_of_float32_is_right_where_its_squares_are_not(scale):
    gradients = np.array([3, 4], np.float32) * np.float32(scale)
    assert euclidean_norm(gradients) == pytest.approx(5 * scale, rel=1e-5)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_not_finite_is_told_and_left(value):
    gradients = np.array([1.0, value])
    assert not np.isfinite(Clipping(clip_norm=0.1)(gradients))
    assert gradients[0] == 1.0


def test_without_limits_there_is_nothing_to_do():
    assert not Clipping()
    assert Clipping(clip_norm=1.0)
    assert Clipping(clip_value=1.0)
