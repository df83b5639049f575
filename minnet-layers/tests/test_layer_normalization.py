from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from minnet_core import ShapeError
from minnet_core.testing import check_gradients
from minnet_layers import LayerNormalization


def explicit(x, axes, eps=1e-5):
    x = x.astype(np.float64)
    return (x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + eps)


@settings(deadline=None, max_examples=50)
@given(
    leading=st.lists(st.integers(1, 4), min_size=1, max_size=3),
    shape=st.lists(st.integers(1, 5), min_size=1, max_size=3),
    seed=st.integers(0, 99),
)
def test_the_output_is_the_formula_for_any_axes(leading, shape, seed):
    rng = np.random.default_rng(seed)
    layer = LayerNormalization(shape, dtype="float64")
    layer.gamma, layer.beta = rng.standard_normal((2, *shape))
    x = rng.standard_normal((*leading, *shape))
    axes = tuple(range(len(leading), x.ndim))
    np.testing.assert_allclose(layer.forward(x), explicit(x, axes) * layer.gamma + layer.beta, atol=1e-12)


@pytest.mark.parametrize("options", [{}, {"bias": False}, {"affine": False}, {"eps": 0.5}])
def test_gradients_equal_central_differences(options):
    layer = LayerNormalization((2, 3), dtype="float64", **options)
    for parameter in layer.getParameters():
        parameter += np.random.default_rng(1).standard_normal((2, 3))
    check_gradients(layer, np.random.default_rng(0).standard_normal((4, 2, 3)))


def test_a_bias_needs_a_scale_and_parameters_start_as_the_identity():
    layer = LayerNormalization(3, affine=False)
    assert layer.gamma is layer.beta is layer.gradGamma is layer.gradBeta is None
    assert layer.getParameters() == []
    layer = LayerNormalization(3, bias=False)
    assert layer.beta is layer.gradBeta is None
    np.testing.assert_array_equal(layer.gamma, np.ones(3, np.float32))
    assert LayerNormalization(3).normalized_shape == (3,)
    np.testing.assert_array_equal(LayerNormalization(3).beta, np.zeros(3, np.float32))


@pytest.mark.parametrize("offset", [0.0, 3000.0, -30000.0])
def test_float32_far_from_zero_is_as_accurate_as_its_input(offset):
    rng = np.random.default_rng(0)
    x = (rng.standard_normal((64, 100)) + offset).astype(np.float32)
    g = rng.standard_normal(x.shape).astype(np.float32)
    single, double = LayerNormalization(100), LayerNormalization(100, dtype="float64")
    np.testing.assert_allclose(single.forward(x), double.forward(x.astype(np.float64)), rtol=0, atol=3e-6)
    np.testing.assert_allclose(single.backward(x, g), double.backward(x.astype(np.float64), g), rtol=0, atol=1e-5)


def test_the_largest_numbers_do_not_overflow_and_a_constant_row_is_zero():
    x = np.array([[1e38, -3e38, 2e38], [5e-42, 0, 0], [7e37, 7e37, 7e37]], np.float32)
    layer = LayerNormalization(3)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        y = layer.forward(x)
        layer.backward(x, np.ones_like(x))
    np.testing.assert_allclose(y[0], explicit(np.array([[1.0, -3.0, 2.0]]), 1, 0.0)[0], rtol=1e-6)
    np.testing.assert_array_equal(y[2], np.zeros(3))
    assert np.isfinite(layer.gradInput).all()


def test_float16_is_normalized_where_its_squares_and_sums_overflow():
    x = (np.random.default_rng(0).standard_normal((5, 3000)) * 300 + 300).astype(np.float16)
    layer = LayerNormalization(3000).astype(np.float16)
    with np.errstate(over="raise", invalid="raise"):
        np.testing.assert_allclose(layer.forward(x), explicit(x, 1), atol=4e-3)
        gradInput = layer.backward(x, x)
    assert gradInput.dtype == layer.output.dtype == np.float16


def test_any_order_in_memory_is_taken_and_nothing_is_written_to():
    rng = np.random.default_rng(0)
    layer = LayerNormalization((3, 4), dtype="float64")
    x, g = rng.standard_normal((2, 4, 5, 3)).transpose(0, 2, 3, 1)[:, ::2], rng.standard_normal((4, 3, 3, 2)).T
    g.flags.writeable = x.flags.writeable = False
    np.testing.assert_allclose(layer.forward(x), explicit(x, (2, 3)), atol=1e-12)
    gradInput = layer.backward(x, g)
    np.testing.assert_allclose(gradInput, layer.backward(x.copy(), g.copy()), atol=1e-13)


def test_gradients_of_parameters_accumulate_in_the_same_arrays():
    layer = LayerNormalization(2, dtype="float64")
    gamma, beta = layer.getGradParameters()
    x, g = np.array([[-1.0, 1.0]]), np.array([[3.0, 4.0]])
    layer.forward(x)
    for _ in range(2):
        layer.accGradParameters(x, g)
    np.testing.assert_allclose(gamma, [-6, 8], rtol=1e-4)
    np.testing.assert_array_equal(beta, [6, 8])


@pytest.mark.parametrize("affine", [True, False])
def test_a_dtype_that_is_not_floating_is_refused_even_where_there_are_no_parameters(affine):
    with pytest.raises(TypeError, match="LayerNormalization: expected a floating dtype, received int32"):
        LayerNormalization(3, affine=affine, dtype="int32")


def test_backward_needs_a_forward():
    with pytest.raises(RuntimeError, match="LayerNormalization: expected updateOutput"):
        LayerNormalization(3).backward(np.ones((1, 3)), np.ones((1, 3)))


@pytest.mark.parametrize("shape", [(3,), (4, 2), (3, 4)])
def test_another_shape_is_refused_by_name(shape):
    with pytest.raises(ShapeError, match=r"LayerNormalization: expected input \((any, )?batch, 3\)|\(batch, 3\)"):
        LayerNormalization(3).forward(np.ones(shape))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"normalized_shape": ()}, "expected normalized_shape to name an axis or more"),
        ({"normalized_shape": (2, 0)}, "expected normalized_shape to be a positive integer, received 0"),
        ({"normalized_shape": 3, "eps": 0}, "expected eps to be finite and above 0, received 0"),
        ({"normalized_shape": 3, "eps": float("nan")}, "expected eps to be finite and above 0, received nan"),
    ],
)
def test_wrong_arguments_are_refused_by_name(arguments, message):
    with pytest.raises(ValueError, match=f"LayerNormalization: {message}"):
        LayerNormalization(**arguments)


def test_an_initializer_leaves_scales_and_shifts_as_they_begin():
    layer = LayerNormalization((3, 4))
    layer.gamma[...] = layer.beta[...] = 7
    layer.reset("Kaiming", rng=0)
    assert (layer.gamma == 1).all()
    assert not layer.beta.any()
