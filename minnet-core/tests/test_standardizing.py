"""The kernels of normalizations: right far from 0, near the limits of the dtype, and in any order in memory."""

import numpy as np
import pytest

from minnet_core.nn import (
    center_channels,
    channel_blocks,
    channel_dots,
    channel_means,
    inverse_rms,
    memory_order,
    standardize_rows,
    standardize_rows_back,
)
from minnet_core.nn.standardizing import center_rows, row_means


def exact(x, eps):
    wide = x.astype(np.longdouble)
    wide = wide - wide.mean(1, keepdims=True)
    return wide / np.sqrt((wide**2).mean(1, keepdims=True) + eps)


@pytest.mark.parametrize("n", [1, 2, 5, 40, 1000])
@pytest.mark.parametrize("offset", [0.0, 3000.0, -30000.0])
def test_rows_far_from_zero_are_as_accurate_as_their_numbers(offset, n):
    x = (np.random.default_rng(0).standard_normal((20, n)) + offset).astype(np.float32)
    x[::3] -= np.float32(offset)  # some rows are near, others are not
    y, inverse = standardize_rows(x, 1e-5)
    np.testing.assert_allclose(y, exact(x, 1e-5), rtol=0, atol=1e-5)
    assert y.dtype == inverse.dtype == np.float32


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_nothing_overflows_near_the_limits_of_the_dtype(dtype):
    largest = np.finfo(dtype).max / 4  # so that the differences from the mean are in range
    x = np.array([[1, 0.5, -1, 0.25], [0, 0, 0, 0], [1, 1, 1, 1], [0.5, 1, 0.5, 1]], dtype) * largest
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        y, _ = standardize_rows(np.concatenate([x, x[:1] / largest]), 1e-5)
        roots = x * inverse_rms(x, 1e-5)
    np.testing.assert_allclose(y[0], exact((x / largest)[:1], 0.0)[0], rtol=1e-6)
    np.testing.assert_array_equal(y[1:3], np.zeros((2, 4)))
    np.testing.assert_allclose(y[3], [-1, 1, -1, 1], rtol=1e-6)
    np.testing.assert_allclose(y[4], exact((x / largest)[:1], 1e-5)[0], rtol=1e-6)
    np.testing.assert_allclose(roots[2:], [[1, 1, 1, 1], np.array([0.5, 1, 0.5, 1]) / np.sqrt(0.625)], rtol=1e-6)


def test_a_row_that_is_not_finite_spoils_no_other():
    x = np.random.default_rng(0).standard_normal((4, 5))
    expected, _ = standardize_rows(x, 0.1)
    x[1], x[2, 0] = 1e300, np.nan
    y, _ = standardize_rows(x, 0.1)
    np.testing.assert_allclose(y[[0, 3]], expected[[0, 3]], rtol=1e-14)
    np.testing.assert_array_equal(y[1], 0)
    assert np.isnan(y[2]).all()


@pytest.mark.parametrize("value", [0.1, -7e4, 2.0**100, 1e-30])
def test_constant_rows_and_channels_give_exactly_zero(value):
    x = np.full((3, 17), value, np.float32)
    np.testing.assert_array_equal(center_rows(x), 0 * x)
    centered, means = center_channels(np.full((3, 2, 17), value, np.float32))
    np.testing.assert_array_equal(centered, 0)
    np.testing.assert_array_equal(means, x[0, :2])


def test_no_rows_and_rows_of_one_number_are_rows():
    assert standardize_rows(np.zeros((0, 3)), 0.1)[0].shape == (0, 3)
    np.testing.assert_array_equal(standardize_rows(np.ones((4, 1)), 0.1)[0], np.zeros((4, 1)))
    assert row_means(np.zeros((0, 3))).shape == (0, 1)


def test_the_gradient_of_rows_is_that_of_central_differences():
    rng = np.random.default_rng(0)
    x, g = rng.standard_normal((2, 3, 5))
    y, inverse = standardize_rows(x, 0.1)
    gradient, step = standardize_rows_back(y, g, inverse), 1e-6
    for place in np.ndindex(x.shape):
        moved = np.zeros_like(x)
        moved[place] = step
        slope = ((standardize_rows(x + moved, 0.1)[0] - standardize_rows(x - moved, 0.1)[0]) * g).sum() / (2 * step)
        assert gradient[place] == pytest.approx(slope, abs=1e-8)


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (1, 2, 3, 0), (0, 2, 3, 1), (3, 1, 0, 2)])
@pytest.mark.parametrize("axis", [1, 0, -1])
def test_channels_are_those_of_the_axis_in_whatever_order_memory_is(order, axis):
    rng = np.random.default_rng(0)
    x = rng.standard_normal(np.array([3, 2, 4, 5])[list(order)]).transpose(np.argsort(order))
    assert x.shape == (3, 2, 4, 5)
    blocks, restore = channel_blocks(x, axis, memory_order(x))
    assert np.shares_memory(blocks, x)
    assert restore(blocks).strides == x.strides
    np.testing.assert_array_equal(restore(blocks), x)
    others = tuple(each for each in range(4) if each != axis % 4)
    np.testing.assert_allclose(channel_means(blocks), x.mean(others), atol=1e-15)
    np.testing.assert_allclose(channel_dots(blocks, blocks), (x * x).mean(others), rtol=1e-13)


def test_an_array_in_another_order_is_copied_into_the_order_that_is_asked_for():
    x = np.arange(24.0).reshape(2, 3, 4)
    blocks, restore = channel_blocks(x.transpose(2, 0, 1)[::2], 1, [1, 2, 0])
    np.testing.assert_array_equal(restore(blocks), x.transpose(2, 0, 1)[::2])
    assert blocks.shape == (1, 2, 6)


@pytest.mark.parametrize("offset", [0.0, 3000.0])
def test_channels_far_from_zero_are_as_accurate_as_their_numbers(offset):
    drawn = np.random.default_rng(0).standard_normal((50, 3, 40))
    x = (drawn + np.array([[offset], [0], [-offset]])).astype(np.float32)
    centered, means = center_channels(x)
    wide = x.astype(np.float64)
    np.testing.assert_allclose(means, wide.mean((0, 2)), rtol=1e-7, atol=1e-6)
    np.testing.assert_allclose(centered, wide - wide.mean((0, 2), keepdims=True), atol=1e-6)
