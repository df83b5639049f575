from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from minnet_conv import ZeroPad2d
from minnet_core import ShapeError


@settings(deadline=None, derandomize=True, max_examples=50)
@given(st.tuples(*[st.integers(-2, 3)] * 4))
def test_pixels_are_moved_or_cut_off_and_all_else_is_zero(padding):
    x = np.arange(1.0, 61.0).reshape(1, 2, 5, 6)
    left, right, top, bottom = padding
    wide = np.pad(x, [(0, 0), (0, 0), (3, 3), (3, 3)])
    expected = wide[:, :, 3 - top : 8 + bottom, 3 - left : 9 + right]
    layer = ZeroPad2d(padding)
    y = layer.forward(x)
    np.testing.assert_array_equal(y, expected)
    g = np.arange(1.0, y.size + 1).reshape(y.shape)
    assert (layer.backward(x, g) * x).sum() == (g * y).sum()
    np.testing.assert_array_equal(layer.gradInput == 0, ~np.isin(x, y))


@pytest.mark.parametrize("dtype", [np.uint8, np.float16, np.float32])
def test_dtype_and_order_in_memory_stay(dtype):
    x = np.ones((3, 4, 5, 2), dtype).transpose(3, 0, 1, 2)
    y = ZeroPad2d(1).forward(x)
    assert y.dtype == dtype
    assert y.transpose(1, 2, 3, 0).flags.c_contiguous


def test_refusals():
    with pytest.raises(ShapeError, match=r"ZeroPad2d \(-1, -1, 0, 0\): expected input with pixels that are left"):
        ZeroPad2d((-1, -1, 0, 0)).forward(np.ones((1, 1, 3, 2)))
    with pytest.raises(
        ValueError, match=r"ZeroPad2d: expected padding to be an integer, or 4 of them, received \(1, 2\)"
    ):
        ZeroPad2d((1, 2))
    with pytest.raises(TypeError, match="padding"):
        ZeroPad2d(0.5)
