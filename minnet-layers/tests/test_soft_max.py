from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from minnet_core import ShapeError
from minnet_layers import SoftMax

finite = arrays(np.float64, array_shapes(min_dims=1, max_dims=3), elements=st.floats(-1e6, 1e6))


@settings(deadline=None)
@given(finite)
def test_outputs_are_probabilities_that_do_not_see_a_shift(x):
    y = SoftMax().forward(x)
    assert (y >= 0).all()
    np.testing.assert_allclose(y.sum(axis=-1), 1, rtol=1e-12)
    np.testing.assert_allclose(SoftMax().forward(x + 3), y, rtol=1e-8, atol=1e-300)


@settings(deadline=None)
@given(finite)
def test_gradients_of_a_shift_are_zero(x):
    layer = SoftMax()
    layer.forward(x)
    g = np.cos(np.arange(x.size, dtype=float)).reshape(x.shape)
    np.testing.assert_allclose(layer.backward(x, g).sum(axis=-1), 0, atol=1e-14)
    np.testing.assert_allclose(layer.backward(x, np.full(x.shape, 5.0)), 0, atol=1e-14)


def test_output_is_the_formula():
    x = np.array([[0.0, 1.0, -2.0], [3.0, 3.0, 3.0]])
    np.testing.assert_allclose(SoftMax().forward(x), np.exp(x) / np.exp(x).sum(axis=1, keepdims=True), rtol=1e-15)


@pytest.mark.parametrize("axis", [0, 1, 2, -2])
def test_axis_is_that_of_the_sum(axis):
    x = np.random.default_rng(0).standard_normal((2, 3, 4))
    layer, last = SoftMax(axis), SoftMax()
    moved = np.moveaxis(x, axis, -1)
    np.testing.assert_allclose(np.moveaxis(layer.forward(x), axis, -1), last.forward(moved), rtol=1e-14)
    np.testing.assert_allclose(
        np.moveaxis(layer.backward(x, x**2), axis, -1), last.backward(moved, moved**2), rtol=1e-12, atol=1e-15
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_extreme_scores_neither_overflow_nor_divide_by_zero(dtype):
    layer = SoftMax()
    x = np.array([[1e30, -1e30, 1e30], [-1e30, -1e30, -1e30], [1000, 0, -1000]], dtype)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        np.testing.assert_allclose(layer.forward(x), [[0.5, 0, 0.5], [1 / 3] * 3, [1, 0, 0]], rtol=1e-6)
        assert np.isfinite(layer.backward(x, np.ones_like(x))).all()


def test_a_masked_score_gets_probability_and_gradient_zero():
    layer = SoftMax()
    x = np.array([[0.0, -np.inf, 0.0], [-np.inf, -np.inf, 7.0]])
    with np.errstate(all="raise"):
        np.testing.assert_array_equal(layer.forward(x), [[0.5, 0.0, 0.5], [0.0, 0.0, 1.0]])
        np.testing.assert_array_equal(layer.backward(x, [[1.0, 2.0, 3.0]] * np.ones((2, 3))), [[-0.5, 0, 0.5], [0] * 3])


def test_backward_before_forward_and_for_another_input_are_errors():
    layer = SoftMax()
    with pytest.raises(RuntimeError, match="SoftMax: expected updateOutput"):
        layer.backward(np.zeros((2, 3)), np.zeros((2, 3)))
    layer.forward(np.zeros((2, 3)))
    with pytest.raises(ShapeError, match="expected input"):
        layer.backward(np.zeros((1, 3)), np.zeros((1, 3)))


def test_axis_must_be_an_integer():
    with pytest.raises(TypeError):
        SoftMax(axis=1.0)


def test_float32_is_accurate_to_float32():
    x = np.random.default_rng(0).standard_normal((64, 300)) * 4
    single, double = SoftMax(), SoftMax()
    np.testing.assert_allclose(single.forward(x.astype(np.float32)), double.forward(x), rtol=5e-6)
    np.testing.assert_allclose(
        single.backward(x.astype(np.float32), x.astype(np.float32)), double.backward(x, x), rtol=1e-4, atol=1e-7
    )


BORDER = [(-0.01, 5), (0, 5), (0.01, 64), (0.01, 64.01), (-70, -1), (200, 300)]


@pytest.mark.parametrize("maxima", BORDER)
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_many_scores_are_as_accurate_whether_or_not_their_maximum_is_left_out(maxima, dtype):
    x = 4 * np.random.default_rng(0).standard_normal((64, 512))
    x += np.linspace(*maxima, 64)[:, np.newaxis] - x.max(axis=1, keepdims=True)
    x[::3, ::7] = -np.inf
    g = np.random.default_rng(1).standard_normal(x.shape)
    x, g = x.astype(dtype), g.astype(dtype)
    exact = np.exp(x.astype(np.longdouble) - x.max(axis=1, keepdims=True))
    exact /= exact.sum(axis=1, keepdims=True)
    expected = exact * (g - (exact * g).sum(axis=1, keepdims=True))
    layer, epsilon = SoftMax(), np.finfo(dtype).eps
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        y, gradInput = layer.forward(x), layer.backward(x, g)
    assert y.dtype == gradInput.dtype == dtype
    normal = exact > np.finfo(dtype).tiny
    np.testing.assert_allclose(y[normal], exact[normal], rtol=40 * epsilon)
    np.testing.assert_allclose(gradInput, expected, rtol=0, atol=40 * epsilon * np.abs(expected).max())


def test_nan_among_many_scores_reaches_its_own_sample_alone():
    x = np.random.default_rng(0).standard_normal((64, 512)).astype(np.float32)
    x[3, 5] = np.nan
    np.testing.assert_array_equal(np.isnan(SoftMax().forward(x)).any(axis=1), np.arange(64) == 3)


@pytest.mark.parametrize("axis", [2, -3])
def test_an_input_without_the_axis_is_refused(axis):
    with pytest.raises(ShapeError, match=rf"SoftMax: expected input with an axis {axis}, received \(4, 3\) float64"):
        SoftMax(axis).forward(np.ones((4, 3)))


def test_an_axis_that_is_no_integer_is_refused():
    with pytest.raises(TypeError, match=r"SoftMax: expected axis to be an integer, received 0\.5"):
        SoftMax(0.5)
