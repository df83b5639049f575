from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra import numpy as arrays_of

from minnet_core.nn.kernels import LONGEST_KEPT, axis_maxima, axis_sums, column_sums, constants, sigmoid, whole_rows

floats = st.floats(-1e3, 1e3, width=32)
shapes = arrays_of.array_shapes(max_dims=4, min_side=0).filter(lambda shape: shape[-1] > 0)
matrices = arrays_of.arrays(np.float64, shapes, elements=floats)


@settings(deadline=None)
@given(matrices)
def test_column_sums_are_sums_over_every_axis_but_the_last(x):
    expected = x.sum(axis=tuple(range(x.ndim - 1)))
    np.testing.assert_allclose(column_sums(x), expected, rtol=1e-12, atol=1e-9)
    np.testing.assert_allclose(column_sums(x[::-1]), x[::-1].sum(axis=tuple(range(x.ndim - 1))), rtol=1e-12, atol=1e-9)


@pytest.mark.parametrize("kernel", [column_sums, axis_maxima, axis_sums, sigmoid])
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
