from __future__ import annotations

import numpy as np
import pytest

from minnet_conv import AdaptiveMaxPool2d, GlobalMaxPool2d
from minnet_core import ShapeError


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble])
def test_it_is_adaptive_pooling_to_one_pixel(dtype):
    rng = np.random.default_rng(0)
    x, g = rng.integers(0, 9, (3, 4, 5, 6)).astype(dtype), rng.standard_normal((3, 4)).astype(dtype)
    layer, adaptive = GlobalMaxPool2d(), AdaptiveMaxPool2d(1)
    np.testing.assert_array_equal(layer.forward(x), adaptive.forward(x)[:, :, 0, 0])
    gradInput = layer.backward(x, g)
    np.testing.assert_array_equal(gradInput, adaptive.backward(x, g[:, :, None, None]))
    assert gradInput.dtype == dtype
    np.testing.assert_array_equal(gradInput.sum((2, 3)), g)


def test_the_first_of_equal_maxima_and_the_last_nan_have_the_gradient():
    x = np.array([[[[1.0, 4.0], [4.0, 4.0]], [[np.nan, 4.0], [np.nan, 9.0]], [[7.0, 4.0], [4.0, 4.0]]]])
    layer, g = GlobalMaxPool2d(), np.array([[2.0, np.inf, 5.0]])
    np.testing.assert_array_equal(layer.forward(x), [[4, np.nan, 7]])
    with np.errstate(all="raise"):
        np.testing.assert_array_equal(
            layer.backward(x, g), [[[[0, 2], [0, 0]], [[0, 0], [np.inf, 0]], [[5, 0], [0, 0]]]]
        )


def test_the_batch_stays_innermost():
    x = np.random.default_rng(0).standard_normal((3, 2, 4, 5))
    innermost = np.ascontiguousarray(x.transpose(1, 2, 3, 0)).transpose(3, 0, 1, 2)
    layer, g = GlobalMaxPool2d(), np.ones((3, 2))
    layer.forward(x)
    expected = layer.backward(x, g)
    layer.forward(innermost)
    gradInput = layer.backward(innermost, g)
    np.testing.assert_array_equal(gradInput, expected)
    assert gradInput.transpose(1, 2, 3, 0).flags.c_contiguous


def test_refusals():
    layer, x = GlobalMaxPool2d(), np.ones((2, 3, 4, 4))
    with pytest.raises(RuntimeError, match="GlobalMaxPool2d: expected updateOutput"):
        layer.backward(x, np.ones((2, 3)))
    layer.forward(x)
    with pytest.raises(ShapeError, match=r"expected gradOutput \(2, 3\), received \(2, 3, 1, 1\)"):
        layer.backward(x, np.ones((2, 3, 1, 1)))
    with pytest.raises(ShapeError, match="with pixels"):
        layer.forward(np.ones((2, 3, 0, 4)))
