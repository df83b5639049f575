"""What kernels compute of numbers that are seldom drawn: infinite ones, ends of pieces, batches far from 0."""

from __future__ import annotations

from math import pi, sqrt

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

kernels = pytest.importorskip("minnet_fast.kernels")

ULP = 2.0**-23
BY_VARIANT = pytest.mark.parametrize("variant", kernels.variants())


@pytest.fixture(autouse=True)
def the_best_variant_again():
    yield
    kernels.use(kernels.variants()[0])


@BY_VARIANT
def test_sums_of_many_rows_keep_their_digits(variant):
    kernels.use(variant)
    x = np.full((200_000, 3), 0.1, np.float32)
    np.testing.assert_allclose(kernels.column_sums(x), 200_000 * float(np.float32(0.1)), rtol=2e-6)


@BY_VARIANT
@pytest.mark.parametrize("n", [2, 33, 700])
def test_a_batch_far_from_0_is_normalized_as_well_as_one_about_0(variant, n):
    kernels.use(variant)
    x = np.float32(3000) + np.random.default_rng(0).standard_normal((n, 9)).astype(np.float32)
    x[0] = 0 if n == 700 else x[0]  # which is then far from the others
    wide = x.astype(float)
    mean, variance = wide.mean(0), wide.var(0)
    inverse = 1 / np.sqrt(variance + 1e-3)
    wanted = (wide - mean) * inverse, inverse, mean, variance
    for result, want in zip(kernels.batch_norm(x, 1e-3), wanted, strict=True):
        np.testing.assert_allclose(result, want, rtol=1e-5, atol=2e-6)


@BY_VARIANT
@given(seed=st.integers(0, 2**32))
@settings(max_examples=10, deadline=None)
def test_gelu_by_tanh(variant, seed):
    kernels.use(variant)
    rng = np.random.default_rng(seed)
    x = (rng.standard_normal((30, 40)) * rng.choice([0, 1e-3, 1, 1, 10], (30, 40))).astype(np.float32)
    wide, first = x.astype(float), sqrt(8 / pi)
    u = first * (wide + 0.044715 * wide**3)
    gate = np.exp(np.minimum(u, 0)) / (1 + np.exp(-np.abs(u)))
    slope = gate + gate * (1 - gate) * wide * first * (1 + 3 * 0.044715 * wide**2)
    y, of_y = kernels.gelu_with_slope(x, 1.0)
    grown = 1 + np.abs(wide) ** 3  # by which the error of a cube is that of its exponential, and then of the slope
    scale = gate * grown
    for each in (y, kernels.gelu(x, 1.0)):
        assert np.max(np.abs(each - wide * gate) / (np.abs(wide) * (ULP * scale) + grown * 2.0**-149)) <= 4
    assert np.max(np.abs(of_y - slope) / (grown * (ULP * scale + 2.0**-149))) <= 8


@BY_VARIANT
def test_minus_infinity_beside_a_finite_score_has_probability_0_and_nan_spreads_over_its_row(variant):
    kernels.use(variant)
    x = np.array([[0, -np.inf, 0], [np.nan, 0, 0], [1e38, -3e38, 3e38]], np.float32)
    y = kernels.soft_max(x)
    np.testing.assert_array_equal(y[0], [0.5, 0, 0.5])
    assert np.isnan(y[1]).all()
    np.testing.assert_array_equal(y[2], [0, 0, 1])
    logs, _, _ = kernels.log_soft_max(x)
    np.testing.assert_allclose(logs[0], [-np.log(2), -np.inf, -np.log(2)], rtol=1e-6)
    assert np.isnan(logs[1]).all()


@BY_VARIANT
def test_a_slope_of_0_makes_no_nan_of_minus_infinity(variant):
    kernels.use(variant)
    np.testing.assert_array_equal(kernels.leaky_relu(np.array([-np.inf, 2], np.float32), 0.0), [0, 2])


@BY_VARIANT
def test_a_weight_of_0_takes_no_infinity_in(variant):
    kernels.use(variant)
    x, w = np.array([[-np.inf, -1.5]], np.float32), np.array([[0, 2]], np.float32)
    assert kernels.weighted_nll(x, w) == 3


@BY_VARIANT
def test_without_decay_an_infinite_parameter_stays_infinite(variant):
    kernels.use(variant)
    p = np.array([np.inf], np.float32)
    kernels.sgd(np.ones(1, np.float32), 0.1, 0.0, p)
    assert p[0] == np.inf


@BY_VARIANT
def test_straight_pieces_are_right_at_their_ends_and_keep_nan(variant):
    kernels.use(variant)
    x, g = np.array([-2, -1, 0, 1, 2, np.nan], np.float32), np.full(6, 5, np.float32)
    np.testing.assert_array_equal(kernels.clip(x, -1, 1), [-1, -1, 0, 1, 1, np.nan])
    np.testing.assert_array_equal(kernels.keep_between(x, g, -1, 1)[:5], [0, 0, 5, 0, 0])
    np.testing.assert_array_equal(kernels.keep_beyond(x, x, -1, 1), [-2, 0, 0, 0, 2, np.nan])
    np.testing.assert_array_equal(kernels.keep_beyond(x, g, -np.inf, 1)[:5], [0, 0, 0, 0, 5])
    np.testing.assert_array_equal(kernels.threshold(x, 1, 9), [9, 9, 9, 9, 2, np.nan])
    np.testing.assert_array_equal(kernels.soft_shrink(x, 1), [-1, 0, 0, 0, 1, np.nan])
    ends = np.array([-3, 3], np.float32)
    np.testing.assert_array_equal(kernels.hard_sigmoid_back(ends, ends), [0, 0])
    np.testing.assert_array_equal(kernels.hard_swish_back(ends, ends), [0, 3])


@BY_VARIANT
def test_mish_of_the_largest_numbers_is_they_and_of_the_least_0(variant):
    kernels.use(variant)
    x = np.array([3e38, np.inf, 1e4, -1e4, -3e38], np.float32)
    np.testing.assert_array_equal(kernels.mish(x), [x[0], np.inf, x[2], 0, 0])
    np.testing.assert_array_equal(kernels.mish_back(x, np.ones_like(x))[[0, 2, 3, 4]], [1, 1, 0, 0])
