from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from minnet_core import ShapeError
from minnet_layers import LogSoftMax, SoftMax

finite = arrays(np.float64, array_shapes(min_dims=1, max_dims=3), elements=st.floats(-500, 500))


@settings(deadline=None)
@given(finite)
def test_exponentials_are_the_probabilities_of_SoftMax(x):
    np.testing.assert_allclose(np.exp(LogSoftMax().forward(x)), SoftMax().forward(x), rtol=1e-12, atol=1e-300)


@settings(deadline=None)
@given(finite)
def test_gradients_of_a_shift_are_zero(x):
    layer = LogSoftMax()
    layer.forward(x)
    g = np.cos(np.arange(x.size, dtype=float)).reshape(x.shape)
    np.testing.assert_allclose(layer.backward(x, g).sum(axis=-1), 0, atol=1e-12)


@pytest.mark.parametrize("axis", [0, 1, 2, -2])
def test_axis_is_that_of_the_sum(axis):
    x = np.random.default_rng(0).standard_normal((2, 3, 4))
    layer, last = LogSoftMax(axis), LogSoftMax()
    moved = np.moveaxis(x, axis, -1)
    np.testing.assert_allclose(np.moveaxis(layer.forward(x), axis, -1), last.forward(moved), rtol=1e-13)
    np.testing.assert_allclose(
        np.moveaxis(layer.backward(x, x**2), axis, -1), last.backward(moved, moved**2), rtol=1e-12, atol=1e-15
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_scores_far_apart_keep_their_difference(dtype):
    layer = LogSoftMax()
    x = np.array([[0, 1000, -1e30], [1e30, 1e30, 1e30]], dtype)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        np.testing.assert_allclose(layer.forward(x), [[-1000, 0, -1e30], [-np.log(3)] * 3], rtol=1e-6)
        np.testing.assert_allclose(layer.backward(x, np.ones_like(x)), [[1, -2, 1], [0, 0, 0]], atol=1e-6)


def test_a_masked_score_stays_minus_infinity():
    layer = LogSoftMax()
    x = np.array([[0.0, -np.inf, 0.0], [-np.inf, -np.inf, 7.0]])
    with np.errstate(all="raise"):
        np.testing.assert_allclose(
            layer.forward(x), [[-np.log(2), -np.inf, -np.log(2)], [-np.inf, -np.inf, 0.0]], rtol=1e-15
        )
        g = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
        np.testing.assert_allclose(layer.backward(x, g), [[0.5, 0, -0.5], [0, 0, 0]], atol=1e-15)


def test_backward_before_forward_and_for_another_input_are_errors():
    layer = LogSoftMax()
    with pytest.raises(RuntimeError, match="LogSoftMax: expected updateOutput"):
        layer.backward(np.zeros((2, 3)), np.zeros((2, 3)))
    layer.forward(np.zeros((2, 3)))
    with pytest.raises(ShapeError, match="expected input"):
        layer.backward(np.zeros((1, 3)), np.zeros((1, 3)))


def test_float32_is_accurate_to_float32():
    x = np.random.default_rng(0).standard_normal((64, 300)) * 4
    single, double = LogSoftMax(), LogSoftMax()
    np.testing.assert_allclose(single.forward(x.astype(np.float32)), double.forward(x), rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(
        single.backward(x.astype(np.float32), x.astype(np.float32)), double.backward(x, x), rtol=1e-5, atol=1e-4
    )


@pytest.mark.parametrize("offset", [0, -1000, 30_000])
@pytest.mark.parametrize(("axis", "atol"), [(0, 1e-5), (-1, 1e-6)])
def test_many_float32_scores_are_as_accurate_as_their_differences(offset, axis, atol):
    rng = np.random.default_rng(0)
    x = (4 * rng.standard_normal((600, 600)) + offset).astype(np.float32)
    g = rng.standard_normal(x.shape).astype(np.float32)
    single, double = LogSoftMax(axis), LogSoftMax(axis)
    np.testing.assert_allclose(single.forward(x), double.forward(x.astype(np.float64)), rtol=1e-6, atol=atol)
    np.testing.assert_allclose(single.backward(x, g), double.backward(x.astype(np.float64), g), rtol=1e-5, atol=2e-5)


@pytest.mark.parametrize("axis", [2, -3])
def test_an_input_without_the_axis_is_refused(axis):
    with pytest.raises(ShapeError, match=rf"LogSoftMax: expected input with an axis {axis}, received \(4, 3\) float64"):
        LogSoftMax(axis).forward(np.ones((4, 3)))


def test_an_axis_that_is_no_integer_is_refused():
    with pytest.raises(TypeError, match=r"LogSoftMax: expected axis to be an integer, received 0\.5"):
        LogSoftMax(0.5)
