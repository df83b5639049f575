"""The error function and what is gated by it, against `math.erf` and `math.erfc`."""

import math

import numpy as np
import pytest

from minnet_core.nn import erf, gate_by_normal, gate_by_tanh

RNG = np.random.default_rng(0)
EXTREMES = [0.0, -0.0, np.inf, -np.inf, 1e30, -1e30, 5.9, 6.1, -6.0, 3.99, -4.01]
POINTS = np.concatenate([RNG.uniform(-7, 7, 20_000), np.geomspace(1e-44, 7, 10_000), -np.geomspace(1e-44, 7, 10_000)])

exactly = np.vectorize(math.erf, otypes=[float])
beyond = np.vectorize(math.erfc, otypes=[float])


def points(dtype):
    tiny = np.finfo(dtype).smallest_subnormal * np.array([1, 3, 1000], dtype)
    return np.concatenate([POINTS.astype(dtype), np.array(EXTREMES, dtype), tiny, -tiny])


def gate(function, x):
    y, slope = np.empty_like(x), np.empty_like(x)
    with np.errstate(all="raise"):
        function(x, y, slope)
        alone = x.copy()
        function(alone, alone)
    np.testing.assert_array_equal(alone, y)
    return y, slope


def test_in_float32_erf_is_within_two_units_in_the_last_place():
    x = points(np.float32)
    with np.errstate(all="raise"):
        y = erf(x)
    expected = exactly(x.astype(float))
    assert y.dtype == np.float32
    units = np.abs(y - expected) / np.spacing(np.abs(expected).astype(np.float32)).astype(float)
    assert units.max() < 0.65  # where half a unit is rounding
    np.testing.assert_array_equal(np.signbit(y), np.signbit(x))


def test_in_float64_erf_is_right_to_1e_15():
    x = points(np.float64)
    with np.errstate(all="raise"):
        y = erf(x)
    np.testing.assert_allclose(y, exactly(x), rtol=1e-15, atol=1e-323)  # of a denormal, the least there is
    np.testing.assert_array_equal(np.signbit(y), np.signbit(x))
    np.testing.assert_array_equal(np.abs(y[np.abs(x) > 6]), 1)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_erf_of_nan_is_nan_and_of_any_shape_an_array(dtype):
    assert np.isnan(erf(np.array([np.nan, -np.nan], dtype))).all()
    assert erf(np.zeros((0, 3), dtype)).shape == (0, 3)
    assert erf(np.ones((), dtype)).shape == ()
    x = RNG.normal(size=(300, 190)).astype(dtype)  # more than a block, and not in the order of memory
    np.testing.assert_array_equal(erf(x.T), erf(x).T)
    assert erf(x.astype(np.float16)).dtype == np.float16


def normal(x):
    """The formulas, by what math has, where nothing cancels."""
    below = beyond(-x / math.sqrt(2)) / 2
    return x * below, below + x * np.exp(-x * x / 2) / math.sqrt(2 * math.pi)


@pytest.mark.parametrize(
    ("dtype", "start", "stop", "rtol"),
    [
        (np.float32, -13, -5, 1e-5),
        (np.float32, -5, -1, 1.5e-6),
        (np.float32, 1e-6, 9, 1.5e-6),
        (np.float64, -37, -5, 1e-12),  # the argument of the exponential, 700, is rounded
        (np.float64, -5, -1, 1e-14),
        (np.float64, 1e-6, 9, 2e-15),
    ],
)
def test_gate_and_slope_keep_their_digits(dtype, start, stop, rtol):
    x = np.linspace(start, stop, 20_001).astype(dtype)
    y, slope = gate(gate_by_normal, x)
    expected, derivative = normal(x.astype(float))
    np.testing.assert_allclose(y, expected, rtol)
    np.testing.assert_allclose(slope, derivative, rtol, atol=0)


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float32, 1e-6), (np.float64, 1e-15)])
def test_gate_and_slope_around_zero_are_right_to_what_a_sum_can_be(dtype, tolerance):
    x = np.linspace(-1, 1, 5001).astype(dtype)
    for received, expected in zip(gate(gate_by_normal, x), normal(x.astype(float)), strict=True):
        np.testing.assert_allclose(received, expected, rtol=0, atol=tolerance)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("function", [gate_by_normal, gate_by_tanh])
def test_extremes_are_the_limits(function, dtype):
    x = np.array([0.0, -0.0, 1e30, -1e30, 60, -60, 1e-42, -1e-42], dtype)
    y, slope = gate(function, x)
    np.testing.assert_array_equal(y[:6], [0, 0, dtype(1e30), 0, 60, 0])
    np.testing.assert_allclose(slope, [0.5, 0.5, 1, 0, 1, 0, 0.5, 0.5], rtol=1e-6)
    assert np.isnan(gate(function, np.array([np.nan], dtype))).all()
    most = np.finfo(dtype).max
    np.testing.assert_array_equal(gate(function, np.array([most, -most], dtype)), [[most, 0], [1, 0]])


def test_what_is_gated_by_the_normal_distribution_has_limits_at_infinity():
    y, slope = gate(gate_by_normal, np.array([np.inf, -np.inf]))
    np.testing.assert_array_equal(y, [np.inf, 0])
    np.testing.assert_array_equal(slope, [1, 0])


@pytest.mark.parametrize(("dtype", "rtol"), [(np.float32, 3e-5), (np.float64, 1e-13)])
def test_the_approximation_is_its_formula_also_far_below_zero(dtype, rtol):
    x = np.linspace(-7, 9, 20_000).astype(dtype)
    y, slope = gate(gate_by_tanh, x)
    x = x.astype(float)
    twice = math.sqrt(8 / math.pi) * (x + 0.044715 * x**3)
    low = np.exp(np.minimum(twice, 0)) / (1 + np.exp(-np.abs(twice)))
    expected = low + x * low * (1 - low) * math.sqrt(8 / math.pi) * (1 + 3 * 0.044715 * x * x)
    np.testing.assert_allclose(y, x * low, rtol)
    np.testing.assert_allclose(slope, expected, rtol, atol=1e-7 if dtype == np.float32 else 1e-15)


@pytest.mark.parametrize("function", [gate_by_normal, gate_by_tanh])
@pytest.mark.parametrize("size", [0, 1, 16_383, 16_384, 16_385, 40_000])
def test_blocks_leave_nothing_out(function, size):
    x = RNG.normal(size=size)
    y, slope = gate(function, x)
    for index in (0, size // 2, size - 1)[: size or 0]:
        one = gate(function, x[index : index + 1])
        np.testing.assert_allclose([y[index], slope[index]], np.ravel(one), rtol=1e-13)
