from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra import numpy as arrays_of

from minnet_core.nn.kernels import (
    LONGEST_KEPT,
    axis_dot,
    axis_maxima,
    axis_sums,
    center_columns,
    column_means,
    column_sums,
    constants,
    exp_minus_abs,
    shifted_exp,
    sigmoid,
    sigmoid_of_softplus,
    whole_rows,
)

floats = st.floats(-1e3, 1e3, width=32)
shapes = arrays_of.array_shapes(max_dims=4, min_side=0).filter(lambda shape: shape[-1] > 0)
matrices = arrays_of.arrays(np.float64, shapes, elements=floats)


@settings(deadline=None)
@given(matrices)
def test_column_sums_are_sums_over_every_axis_but_the_last(x):
    expected = x.sum(axis=tuple(range(x.ndim - 1)))
    np.testing.assert_allclose(column_sums(x), expected, rtol=1e-12, atol=1e-9)
    np.testing.assert_allclose(column_sums(x[::-1]), x[::-1].sum(axis=tuple(range(x.ndim - 1))), rtol=1e-12, atol=1e-9)


def first_of_center_columns(x):
    return center_columns(x)[0]


def dot_with_itself(x):
    return axis_dot(x, x)


def sigmoid_of_its_softplus(x):
    return sigmoid_of_softplus(x, np.logaddexp(0, x).astype(x.dtype))


KERNELS = [
    *(column_sums, column_means, first_of_center_columns, axis_sums, dot_with_itself, axis_maxima),
    *(exp_minus_abs, shifted_exp, sigmoid, sigmoid_of_its_softplus),
]


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_dtype_is_kept_and_input_is_not_written_to(kernel, dtype):
    x = np.linspace(-3, 3, 12, dtype=dtype).reshape(4, 3)
    before = x.copy()
    for view in (x, x.T, x[::2, ::-1]):
        view.flags.writeable = False
        result = kernel(view)
        assert result.dtype == dtype
        assert result.flags.writeable
        assert not np.shares_memory(result, x)
    np.testing.assert_array_equal(x, before)


@settings(deadline=None)
@given(matrices.filter(lambda x: x.size))
def test_centered_columns_and_their_means_add_up_to_what_they_were(x):
    for array in (x, x[::-1], x.T.copy().T):
        centered, means = center_columns(array)
        np.testing.assert_allclose(means, array.mean(axis=tuple(range(array.ndim - 1))), rtol=1e-12, atol=1e-9)
        np.testing.assert_allclose(column_means(array), means, rtol=1e-12, atol=1e-9)
        np.testing.assert_allclose(centered + means, array, rtol=1e-12, atol=1e-9)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_columns_far_from_zero_are_centered_without_loss_and_constant_ones_exactly(dtype):
    x = np.full((65, 3), 1000, dtype)
    x[:, 1] += np.arange(65) % 2
    centered, means = center_columns(x)
    np.testing.assert_allclose(centered[:, 1], np.arange(65) % 2 - 32 / 65, rtol=4 * np.finfo(dtype).eps)
    np.testing.assert_array_equal(centered[:, [0, 2]], np.zeros((65, 2)))
    np.testing.assert_array_equal(means[[0, 2]], [1000, 1000])


@pytest.mark.parametrize("shape", [(32, 16), (256, 1024), (8, 6, 16), (4, 20, 20, 16)])
def test_means_of_float32_are_right_to_the_last_digits_and_deviations_to_a_millionth(shape):
    for seed, offset in product(range(5), (0, 3000)):
        x = (np.random.default_rng(seed).standard_normal(shape) + offset).astype(np.float32)
        axes = tuple(range(x.ndim - 1))
        exact = x.mean(axis=axes, dtype=np.float64)
        centered, means = center_columns(x)
        np.testing.assert_allclose(means, exact, rtol=1e-7, atol=5e-8)
        np.testing.assert_allclose(centered, x - exact, rtol=0, atol=1e-6)


@pytest.mark.parametrize("offset", [0, 0.1, 3000])
def test_means_of_a_small_batch_are_those_of_float64_rounded_once(offset):
    for seed in range(20):
        x = (np.random.default_rng(seed).uniform(-5, 5, (32, 16)) + offset).astype(np.float32)
        _, means = center_columns(x)
        np.testing.assert_array_equal(means, x.mean(axis=0, dtype=np.float64).astype(np.float32))


def test_nan_and_infinity_stay_in_their_column():
    x = np.random.default_rng(0).standard_normal((9, 4))
    x[3, 1], x[4, 2] = np.nan, np.inf
    with np.errstate(invalid="ignore"):
        centered, means = center_columns(x)
    for result in (*centered, means, column_means(x)):
        np.testing.assert_array_equal(np.isfinite(result[[0, 3]]), [True, True])
    assert np.isnan(means[1])
    assert means[2] == np.inf


@settings(deadline=None)
@given(matrices, st.data())
def test_axis_dot_is_the_sum_of_products_over_one_axis(x, data):
    axis = data.draw(st.integers(-x.ndim, x.ndim - 1))
    y = np.cos(np.arange(x.size)).reshape(x.shape)
    for a, b in [(x, y), (x[::-1], y), (x, y.T.copy().T), (x[..., ::2], y[..., ::2])]:
        expected = (a * b).sum(axis=axis, keepdims=True)
        dots = axis_dot(a, b, axis)
        assert dots.shape == expected.shape
        np.testing.assert_allclose(dots, expected, rtol=1e-12, atol=1e-9)


def test_axis_dot_passes_nan_and_infinities():
    x = np.ones((4, 9), np.float32)
    x[0, 1], x[1, 0], x[2, 8] = np.nan, np.inf, -np.inf
    np.testing.assert_array_equal(axis_dot(x, np.ones_like(x))[:, 0], [np.nan, np.inf, -np.inf, 9])


def test_exp_minus_abs_is_what_it_says_and_does_not_overflow():
    x = np.array([-np.inf, -1e4, -2.0, -0.0, 0.0, 2.0, 1e4, np.inf, np.nan])
    with np.errstate(over="raise", invalid="raise"):
        result = exp_minus_abs(x)
    np.testing.assert_array_equal(result, [0, 0, np.exp(-2), 1, 1, np.exp(-2), 0, 0, np.nan])


@pytest.mark.parametrize("shape", [(3, 5), (64, 512), (32, 1025), (16, 2, 1024)])
@pytest.mark.parametrize("maxima", [(-0.01, 5), (0, 5), (0.01, 64), (0.01, 64.01), (-70, -1), (200, 300)])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_shifted_exp_is_proportional_to_the_exponential_along_the_axis(shape, maxima, dtype):
    x = np.random.default_rng(0).standard_normal(shape)
    for axis in range(-len(shape), len(shape)):
        scores = np.moveaxis(x, axis, -1)
        scores = scores + np.linspace(*maxima, scores.size // scores.shape[-1]).reshape(*scores.shape[:-1], 1)
        scores = np.moveaxis(scores - np.moveaxis(x, axis, -1).max(axis=-1, keepdims=True), -1, axis).astype(dtype)
        for layout in (scores, scores[::-1], np.asfortranarray(scores)):
            with np.errstate(over="raise", invalid="raise"):
                result = shifted_exp(layout, axis).astype(np.longdouble)
            exact = np.exp(layout.astype(np.longdouble) - layout.max(axis=axis, keepdims=True))
            np.testing.assert_allclose(
                result / result.max(axis=axis, keepdims=True), exact, rtol=4 * np.finfo(dtype).eps, atol=1e-7
            )


@pytest.mark.parametrize("shape", [(4, 9), (64, 512)])
def test_shifted_exp_gives_zero_for_minus_infinity_and_keeps_nan_in_its_row(shape):
    x = np.ones(shape, np.float32)
    x[0, 1], x[1, 0], x[2, 1:] = np.nan, -np.inf, -np.inf
    with np.errstate(over="raise"):
        result = shifted_exp(x)
    np.testing.assert_array_equal(np.isnan(result).any(axis=1), np.arange(len(x)) == 0)
    assert result[1, 0] == 0
    np.testing.assert_array_equal(result[2] / result[2, 0], np.arange(shape[1]) == 0)


@pytest.mark.parametrize(("dtype", "accuracy"), [(np.float32, 1e-6), (np.float64, 4e-15)])
def test_sigmoid_of_softplus_is_as_accurate_as_it_says(dtype, accuracy):
    x = np.concatenate([np.linspace(-80, 80, 10_001), [-1000, 1000]]).astype(dtype)
    softplus = (np.maximum(x, 0) + np.log1p(exp_minus_abs(x))).astype(dtype)
    exact = 1 / (1 + np.exp(-x.astype(np.longdouble)))
    np.testing.assert_allclose(sigmoid_of_softplus(x, softplus), exact, rtol=accuracy, atol=1e-300)


@pytest.mark.parametrize("special", [np.inf, np.nan])
def test_sigmoid_of_softplus_is_sigmoid_where_a_number_is_not_finite(special):
    x = np.array([-np.inf, -1.0, 0.0, 2.0, special])
    softplus = np.maximum(x, 0) + np.log1p(exp_minus_abs(x))
    np.testing.assert_array_equal(sigmoid_of_softplus(x, softplus), sigmoid(x))
    assert sigmoid_of_softplus(np.zeros((0, 3)), np.zeros((0, 3))).shape == (0, 3)


def test_sigmoid_has_full_relative_accuracy():
    x = np.array([-700.0, -40.0, -1e-9, 0.0, 1e-9, 3.0, 40.0, 700.0])
    exact = np.array([float(1 / (1 + np.exp(-np.longdouble(value)))) for value in x])
    np.testing.assert_allclose(sigmoid(x), exact, rtol=4e-16)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sigmoid_does_not_overflow_and_passes_nan(dtype):
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        result = sigmoid(np.array([-np.inf, -1e30, -1000, 1000, 1e30, np.inf, np.nan], dtype))
    np.testing.assert_array_equal(result, np.array([0, 0, 0, 1, 1, 1, np.nan], dtype))


@settings(deadline=None)
@given(arrays_of.arrays(np.float64, arrays_of.array_shapes(min_side=0), elements=floats))
def test_sigmoid_is_elementwise_and_symmetric(x):
    result = sigmoid(x)
    assert result.shape == x.shape
    np.testing.assert_allclose(result + sigmoid(-x), np.ones(x.shape), rtol=1e-15)


def test_columns_of_any_layout_and_dtype_are_summed():
    x = np.random.default_rng(0).integers(0, 255, (7, 5, 3)).astype(np.uint8)
    for array in (x, x.transpose(1, 0, 2), x[::-1, ::2], x.astype(">f8"), x[0], x.astype(bool)):
        np.testing.assert_allclose(column_sums(array), array.sum(axis=tuple(range(array.ndim - 1)), dtype=float))
    assert column_sums(np.ones((300, 1), np.uint8)) == 300


@settings(deadline=None)
@given(matrices, st.data())
def test_axis_sums_are_sums_over_one_axis(x, data):
    axis = data.draw(st.integers(-x.ndim, x.ndim - 1))
    for array in (x, x[::-1], x.T.copy().T, x.astype(np.int64)):
        sums = axis_sums(array, axis)
        assert sums.shape == array.sum(axis=axis, keepdims=True).shape
        np.testing.assert_allclose(sums, array.sum(axis=axis, keepdims=True), rtol=1e-12, atol=1e-9)
    np.testing.assert_array_equal(axis_sums(x), axis_sums(x, x.ndim - 1))


@pytest.mark.parametrize("shape", [(7,), (8,), (9, 7), (7, 8), (8, 9), (9, 9), (0, 9), (8, 2, 100), (9, 0, 9)])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, ">f4", np.uint8])
def test_axis_sums_of_long_and_short_rows_are_those_over_that_axis(shape, dtype):
    x = np.random.default_rng(0).integers(0, 9, shape).astype(dtype)
    for axis in range(-len(shape), len(shape)):
        np.testing.assert_array_equal(axis_sums(x, axis), x.sum(axis=axis, keepdims=True))


@pytest.mark.parametrize("shape", [(7,), (1, 1), (9, 1), (9, 2), (9, 32), (9, 33), (0, 3), (2, 3, 4)])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, ">f4", np.int64])
def test_axis_maxima_are_those_of_max(shape, dtype):
    whole = np.random.default_rng(0).integers(-99, 99, shape).astype(dtype)
    for x in (whole, np.asfortranarray(whole), whole[..., ::-1]):
        for axis in range(-len(shape), len(shape)):
            if shape[axis]:
                expected = x.max(axis=axis, keepdims=True)
                np.testing.assert_array_equal(axis_maxima(x, axis), expected, strict=True)


@pytest.mark.parametrize("n", [2, 32, 33])
def test_axis_maxima_pass_nan_and_infinities(n):
    x = np.zeros((5, n), np.float32)
    x[0, 1], x[1, 0], x[2], x[3, -1] = np.nan, np.inf, -np.inf, -np.inf
    np.testing.assert_array_equal(axis_maxima(x)[:, 0], [np.nan, np.inf, -np.inf, 0, 0])


def test_the_largest_of_nothing_is_an_error():
    with pytest.raises(ValueError, match="zero-size array"):
        axis_maxima(np.zeros((3, 0)))


@pytest.mark.parametrize("shape", [(0,), (3, 0), (0, 3), (2, 3, 0)])
def test_sums_of_nothing_are_zero(shape):
    sums = axis_sums(np.zeros(shape, np.float32))
    assert sums.dtype == np.float32
    np.testing.assert_array_equal(sums, np.zeros((*shape[:-1], 1)))


@pytest.mark.parametrize("n", [10, 1024, 100_000])
def test_axis_sums_of_float32_are_as_accurate_as_they_say(n):
    x = np.random.default_rng(0).random((50, n), np.float32)
    exact = x.sum(axis=-1, keepdims=True, dtype=np.float64)
    assert np.max(np.abs(axis_sums(x) - exact) / np.spacing(exact.astype(np.float32))) < 3


@pytest.mark.parametrize("length", [0, 1, LONGEST_KEPT, LONGEST_KEPT + 1])
def test_constants_cannot_be_changed_and_only_short_ones_are_kept(length):
    vector = constants(0.5, length, np.float32)
    np.testing.assert_array_equal(vector, np.full(length, 0.5))
    assert vector.dtype == np.float32
    assert not vector.flags.writeable
    assert (constants(0.5, length, np.float32) is vector) == (length <= LONGEST_KEPT)
    assert constants(0.5, length, np.float64).dtype == np.float64


@pytest.mark.parametrize("shape", [(64, 512), (32, 2048), (4, 10_000), (2, 64, 512)])
def test_results_of_whole_rows_are_the_same_bit_for_bit(shape):
    x = np.random.default_rng(0).standard_normal(shape).astype(np.float32)
    column, row, doubles = x[..., :1].copy(), x[0].copy(), x.astype(np.float64)
    plain = [x - column, x * row, x / column, doubles * row, x * (x > 0)]
    with whole_rows(x):
        whole = [x - column, x * row, x / column, doubles * row, x * (x > 0)]
    for one, other in zip(plain, whole, strict=True):
        np.testing.assert_array_equal(one, other)


def test_whole_rows_shortens_the_buffer_for_long_rows_alone_and_puts_it_back():
    before = np.setbufsize(4096)
    try:
        for shape, size in [((64, 512), 512), ((128, 511), 4096), ((63, 512), 4096), ((32768,), 4096), ((), 4096)]:
            with whole_rows(np.zeros(shape)):
                assert np.getbufsize() == size, shape
            assert np.getbufsize() == 4096
        with whole_rows(np.zeros((512, 64)).T):
            assert np.getbufsize() == 4096
        with pytest.raises(KeyError), whole_rows(np.zeros((64, 512))):
            raise KeyError
        assert np.getbufsize() == 4096
        with whole_rows(np.zeros((64, 512))), whole_rows(np.zeros((64, 1024))):
            pass
        assert np.getbufsize() == 4096
    finally:
        np.setbufsize(before)


def test_means_of_float16_are_right_where_their_sums_overflow():
    x = np.full((1000, 3), 300, np.float16)
    with np.errstate(over="raise"):
        means = column_means(x)
    assert means.dtype == np.float16
    np.testing.assert_array_equal(means, 300)
