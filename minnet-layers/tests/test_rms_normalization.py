from __future__ import annotations

import numpy as np
import pytest

from minnet_core import ShapeError
from minnet_core.testing import check_gradients
from minnet_layers import RMSNormalization


@pytest.mark.parametrize("shape", [(3,), (2, 3)])
@pytest.mark.parametrize("eps", [None, 0.25])
def test_the_output_is_the_formula_and_gradients_equal_central_differences(shape, eps):
    rng = np.random.default_rng(0)
    layer = RMSNormalization(shape, eps, dtype="float64")
    layer.gamma = rng.standard_normal(shape)
    x = rng.standard_normal((4, 5, *shape))
    axes = tuple(range(2, x.ndim))
    root = np.sqrt((x * x).mean(axes, keepdims=True) + (np.finfo(float).eps if eps is None else eps))
    np.testing.assert_allclose(layer.forward(x), x / root * layer.gamma, rtol=1e-13)
    check_gradients(layer, x)


@pytest.mark.parametrize(
    ("dtype", "eps"), [(np.float64, 2.0**-52), (np.float32, 2.0**-23), (np.float16, 2.0**-23), (np.int64, 2.0**-52)]
)
def test_epsilon_is_that_of_the_dtype_it_calculates_in_unless_it_is_given(dtype, eps):
    assert RMSNormalization(3).epsilon(np.zeros(3, dtype)) == eps
    assert RMSNormalization(3, 0.5).epsilon(np.zeros(3, dtype)) == 0.5
    x = np.full((1, 3), 0, dtype)
    np.testing.assert_array_equal(RMSNormalization(3).forward(x), np.zeros((1, 3)))


def test_the_largest_numbers_do_not_overflow():
    x = np.array([[3e38, -3e38], [3.0, 4.0], [0, 0]], np.float32)
    layer = RMSNormalization(2)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        y = layer.forward(x)
        layer.backward(x, np.ones_like(x))
    np.testing.assert_allclose(y, [[1, -1], [3 / 12.5**0.5, 4 / 12.5**0.5], [0, 0]], rtol=1e-6)
    assert np.isfinite(layer.gradInput).all()


def test_float16_sums_in_float32():
    x = np.full((2, 5000), 100, np.float16)
    layer = RMSNormalization(5000).astype(np.float16)
    np.testing.assert_array_equal(layer.forward(x), np.ones((2, 5000), np.float16))
    assert layer.output.dtype == layer.backward(x, x).dtype == np.float16


def test_any_order_in_memory_is_taken():
    rng = np.random.default_rng(0)
    x, g = rng.standard_normal((3, 5, 4)).T[:, ::2], rng.standard_normal((3, 3, 4)).T
    layer, other = RMSNormalization((3, 3), dtype="float64"), RMSNormalization((3, 3), dtype="float64")
    np.testing.assert_allclose(layer.forward(x), other.forward(x.copy()), rtol=1e-13)
    np.testing.assert_allclose(layer.backward(x, g), other.backward(x.copy(), g.copy()), atol=1e-14)
    np.testing.assert_allclose(layer.gradGamma, other.gradGamma, rtol=1e-13)


def test_another_shape_is_refused_by_name():
    with pytest.raises(ShapeError, match=r"RMSNormalization: expected input \(batch, 3\), received \(4, 2\) float64"):
        RMSNormalization(3).forward(np.ones((4, 2)))
    with pytest.raises(RuntimeError, match="RMSNormalization: expected updateOutput"):
        RMSNormalization(3).backward(np.ones((1, 3)), np.ones((1, 3)))
    with pytest.raises(ValueError, match="RMSNormalization: expected eps to be finite and above 0"):
        RMSNormalization(3, eps=0.0)
