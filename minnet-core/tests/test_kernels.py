from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from minnet_core.kernels import column_sums, sigmoid

floats = st.floats(-1e3, 1e3, width=32)
shapes = arrays_of.array_shapes(max_dims=4, min_side=0).filter(lambda shape: shape[-1] > 0)
matrices = arrays_of.arrays(np.float64, shapes, elements=floats)


@settings(deadline=None)
@given(matrices)
def test_column_sums_are_sums_over_every_axis_but_the_last(x):
    expected = x.sum(axis=tuple(range(x.ndim - 1)))
    np.testing.assert_allclose(column_sums(x), expected, rtol=1e-12, atol=1e-9)
    np.testing.assert_allclose(column_sums(x[::-1]), x[::-1].sum(axis=tuple(range(x.ndim - 1))), rtol=1e-12, atol=1e-9)


@pytest.mark.parametrize("kernel", [column_sums, sigmoid])
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
