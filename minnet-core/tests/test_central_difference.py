from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from minnet_core.testing import central_difference
from minnet_core.testing.numerics.central_difference import MANY, Line, directions, find_mismatch

NUMBERS = st.floats(-3, 3, allow_subnormal=False)
VECTORS = st.lists(NUMBERS, min_size=1, max_size=5).map(np.array)


def mismatch(function, x, gradient, magnitude=1.0, tolerance=1e-6):
    return find_mismatch(lambda: float(function(x)), x, gradient, magnitude, np.random.default_rng(0), tolerance)


@given(x=VECTORS)
@settings(deadline=None, max_examples=50)
def test_central_difference_is_the_gradient_and_leaves_x(x):
    before = x.copy()
    gradient = central_difference(lambda: float((np.sin(x) * x).sum()), x)
    np.testing.assert_allclose(gradient, np.cos(x) * x + np.sin(x), atol=1e-8)
    np.testing.assert_array_equal(x, before)


def test_central_difference_of_an_array_without_axes_and_of_none():
    x = np.array(2.0)
    assert central_difference(lambda: float(x**2), x) == pytest.approx(4)
    assert central_difference(lambda: 1.0, np.empty((0, 3))).shape == (0, 3)


def test_central_difference_of_integers_is_an_error():
    with pytest.raises(TypeError, match="^expected a floating array to vary, received int64$"):
        central_difference(lambda: 0.0, np.zeros(2, np.int64))


def test_central_difference_with_a_coarse_step_is_coarse():
    x = np.array([1.0])
    assert central_difference(lambda: float((x**3).sum()), x, 0.1)[0] == pytest.approx(3.01)


@given(x=VECTORS, t=NUMBERS, seed=st.integers(0, 9))
@settings(deadline=None, max_examples=50)
def test_a_line_moves_x_only_while_the_function_runs(x, t, seed):
    before, seen = x.copy(), []
    direction = np.random.default_rng(seed).standard_normal(x.shape)
    for line, moved in (
        (Line(lambda: seen.append(x.copy()) or 1.0, x, direction), before + t * direction),
        (Line(lambda: seen.append(x.copy()) or 1.0, x, (0,)), before + t * np.eye(len(x))[0]),
    ):
        assert line.at(t) == 1.0
        np.testing.assert_array_equal(seen.pop(), moved)
        np.testing.assert_array_equal(x, before)


@pytest.mark.parametrize("direction", [(1, 0), np.ones((2, 2))])
def test_x_is_restored_when_the_function_raises(direction):
    x = np.arange(4.0).reshape(2, 2)
    with pytest.raises(ZeroDivisionError):
        Line(lambda: 1 / 0, x, direction).at(0.5)
    assert x.tolist() == [[0, 1], [2, 3]]


def test_along_is_the_slope_that_a_gradient_says():
    x, gradient = np.zeros((2, 2)), np.array([[1.0, 2.0], [3.0, 4.0]])
    assert Line(lambda: 0.0, x, (1, 0)).along(gradient) == 3
    assert Line(lambda: 0.0, x, np.array([[1.0, -1.0], [0.0, 2.0]])).along(gradient) == 7


@given(x=VECTORS)
@settings(deadline=None, max_examples=30)
def test_along_any_direction_the_slope_is_that_of_the_gradient(x):
    line = Line(lambda: float((x**2).sum()), x, np.random.default_rng(0).standard_normal(x.shape))
    assert line.central() == pytest.approx(line.along(2 * x), abs=1e-8)


def test_one_sided_slopes_of_a_kink_are_left_and_right():
    x = np.zeros(2)
    assert Line(lambda: float(np.maximum(x, -3 * x).sum()), x, (0,)).one_sided(0.5) == (-3, 1)


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
@pytest.mark.parametrize(
    ("function", "slope", "point"),
    [
        (lambda x: np.exp(30 * x), lambda x: 30 * np.exp(30 * x), 0.5),
        (lambda x: np.tanh(200 * x), lambda x: 200 / np.cosh(200 * x) ** 2, 0.003),
        (lambda x: np.sin(500 * x), lambda x: 500 * np.cos(500 * x), 1.0),
        (lambda x: 1 / x, lambda x: -1 / x**2, 0.02),
    ],
)
def test_refined_slopes_of_strongly_curved_functions_are_accurate(function, slope, point, scale):
    x = np.array([point])
    refined, error = Line(lambda: scale * float(function(x).sum()), x, (0,)).refined()
    true = scale * slope(point)
    assert refined == pytest.approx(true, rel=1e-7)
    assert abs(refined - true) <= 4 * error + 1e-9 * abs(true)


def test_refined_slopes_are_found_at_the_edge_of_a_domain():
    x = np.array([1e-4])
    with np.errstate(invalid="ignore", divide="ignore"):
        refined, _ = Line(lambda: float(np.log(x).sum()), x, (0,)).refined()
    assert refined == pytest.approx(1e4, rel=1e-6)


@pytest.mark.parametrize("offset", [0.0, 1e-7, -3e-7])
@pytest.mark.parametrize("kinked", [np.abs, lambda x: np.maximum(x, 0), lambda x: np.maximum(x, 0) * 1e5])
def test_a_kink_is_seen(kinked, offset):
    x = np.array([offset])
    assert Line(lambda: float(kinked(x).sum()), x, (0,)).has_kink(1e-9)


@pytest.mark.parametrize("point", [0.0, 1e-3, 0.5])
@pytest.mark.parametrize(
    "smooth", [np.sin, lambda x: np.tanh(1000 * x), lambda x: np.exp(30 * x), lambda x: 1e4 * x**2, lambda x: 0 * x]
)
def test_a_smooth_function_has_no_kink_however_sharp(smooth, point):
    x = np.array([point])
    assert not Line(lambda: float(smooth(x).sum()), x, (0,)).has_kink(1e-6)


def test_a_difference_of_slopes_within_the_noise_is_no_kink():
    x = np.zeros(1)
    line = Line(lambda: 1e-3 * float(np.abs(x).sum()), x, (0,))
    assert line.has_kink(1e-6)
    assert not line.has_kink(1e-3)


def test_a_small_array_is_tried_along_every_axis_and_a_large_one_along_random_signs_too():
    rng = np.random.default_rng(0)
    assert list(directions(np.zeros((2, 3)), rng)) == list(np.ndindex(2, 3))
    assert len(list(directions(np.zeros(MANY), rng))) == MANY
    tried = list(directions(np.zeros((10, 10)), rng))
    axes = [direction for direction in tried if isinstance(direction, tuple)]
    signs = [direction for direction in tried if not isinstance(direction, tuple)]
    assert len(set(axes)) == len(axes) == 24
    assert len(signs) == 24
    assert all(sign.shape == (10, 10) and (np.abs(sign) == 1).all() for sign in signs)
    assert list(directions(np.zeros((0, 3)), rng)) == []


@given(x=VECTORS, data=st.data())
@settings(deadline=None, max_examples=60)
def test_right_gradients_are_accepted_and_a_wrong_element_is_found(x, data):
    gradient = np.cos(x)
    assert mismatch(lambda x: np.sin(x).sum(), x, gradient) is None
    index = data.draw(st.integers(0, len(x) - 1))
    wrong = gradient.copy()
    wrong[index] += data.draw(st.sampled_from([1e-3, -1e-4, 1.0, np.inf]))
    found = mismatch(lambda x: np.sin(x).sum(), x, wrong)
    assert found.place == f"[{index}]"
    assert found.analytic == wrong[index]
    assert found.numeric == pytest.approx(gradient[index], abs=1e-8)
    assert not found.is_kink


@pytest.mark.parametrize("index", [(0, 0), (17, 3), (39, 49)])
def test_a_wrong_element_of_a_large_array_is_found(index):
    x = np.random.default_rng(1).standard_normal((40, 50))
    gradient = np.cos(x)
    assert mismatch(lambda x: np.sin(x).sum(), x, gradient, 2000) is None
    gradient[index] += 1e-2
    found = mismatch(lambda x: np.sin(x).sum(), x, gradient, 2000)
    assert found.place in (" along a random direction", str(list(index)))
    assert abs(found.analytic - found.numeric) == pytest.approx(1e-2, rel=1e-2)


def test_right_gradients_of_strongly_curved_functions_are_accepted_and_wrong_ones_not():
    x = np.array([0.01, 0.02, 0.5])
    gradient = -1 / x**2 + 30 * np.exp(30 * x)
    assert mismatch(lambda x: (1 / x + np.exp(30 * x)).sum(), x, gradient, 1e7) is None
    wrong = gradient * [1, 1, 1.0001]
    assert mismatch(lambda x: (1 / x + np.exp(30 * x)).sum(), x, wrong, 1e7).place == "[2]"


@pytest.mark.parametrize("near", [5e-3, 2e-3, 1e-3])
def test_right_gradients_near_a_pole_are_accepted(near):
    x = np.array([near, 1.0])
    assert mismatch(lambda x: (1 / x).sum(), x, -1 / x**2, 1 / near) is None


def test_a_kink_is_reported_as_one():
    x = np.array([1.0, 0.0])
    found = mismatch(lambda x: np.abs(x).sum(), x, np.array([1.0, 1.0]))
    assert (found.place, found.is_kink, found.analytic) == ("[1]", True, 1)
    assert mismatch(lambda x: np.abs(x).sum(), x, np.array([1.0, 0.0])) is None
    assert not mismatch(lambda x: np.abs(x).sum(), x, np.array([-1.0, 1.0])).is_kink


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_gradient_that_is_no_number_is_a_mismatch(value):
    x = np.array([1.0, 2.0])
    found = mismatch(lambda x: (x**2).sum(), x, np.array([2, value]))
    assert found.place == "[1]"
    np.testing.assert_equal(found.analytic, value)


def test_differences_within_the_rounding_of_large_terms_are_excused():
    x = np.array([1.0, 2.0])
    gradient = np.array([2.0, 4.001])
    assert mismatch(lambda x: (x**2).sum(), x, gradient, 1.0).place == "[1]"
    assert mismatch(lambda x: (x**2).sum(), x, gradient, 1e8) is None


def test_the_tolerance_is_relative_to_the_largest_slope():
    x = np.array([1.0, 2.0])
    assert mismatch(lambda x: (x**2).sum(), x, np.array([2.0, 4.001]), tolerance=1e-3) is None
    assert mismatch(lambda x: (x**2).sum(), x, np.array([2.003, 4.0]), tolerance=1e-3) is None
    assert mismatch(lambda x: (x**2).sum(), x, np.array([2.005, 4.0]), tolerance=1e-3).place == "[0]"


def test_a_wrong_gradient_of_a_tiny_function_is_found():
    x = np.ones(3)
    assert mismatch(lambda x: 1e-9 * (x**3).sum(), x, np.full(3, 3e-9), 3e-9) is None
    assert mismatch(lambda x: 1e-9 * (x**3).sum(), x, np.zeros(3), 3e-9).place == "[0]"


def test_an_empty_array_matches():
    assert mismatch(lambda x: x.sum(), np.empty((0, 3)), np.empty((0, 3))) is None


@pytest.mark.parametrize("small", [0, 1, 2])
def test_right_gradients_at_the_edge_of_a_domain_are_accepted(small):
    x = np.array([1.0, 1.0, 2.0])
    x[small] = 5e-6
    with np.errstate(invalid="ignore"):
        assert mismatch(lambda x: np.log(x).sum(), x, 1 / x, 10) is None
