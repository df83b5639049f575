from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from minnet_conv import ReflectionPad2d
from minnet_core import ShapeError


@settings(deadline=None, derandomize=True, max_examples=50)
@given(st.tuples(*[st.integers(-1, 3)] * 4))
def test_the_border_is_that_of_numpy_and_its_gradients_go_back(padding):
    x = np.random.default_rng(0).standard_normal((2, 2, 4, 5))
    places = np.arange(x.size, dtype=float).reshape(x.shape)
    left, right, top, bottom = padding

    def padded(array):
        wide = np.pad(array, [(0, 0), (0, 0), (3, 3), (3, 3)], mode="reflect")
        return wide[:, :, 3 - top : 7 + bottom, 3 - left : 8 + right]

    layer = ReflectionPad2d(padding)
    np.testing.assert_array_equal(layer.forward(x), padded(x))
    g = np.random.default_rng(1).standard_normal(layer.output.shape)
    expected = np.bincount(padded(places).astype(int).ravel(), g.ravel(), x.size).reshape(x.shape)
    np.testing.assert_allclose(layer.backward(x, g), expected, atol=1e-12)


def test_dtype_and_order_in_memory_stay():
    x = np.ones((3, 4, 5, 2), np.float32).transpose(3, 0, 1, 2)
    layer = ReflectionPad2d(1)
    for result in (layer.forward(x), layer.backward(x, np.ones((2, 3, 6, 7), np.float32))):
        assert result.dtype == np.float32
        assert result.transpose(1, 2, 3, 0).flags.c_contiguous
    assert layer.forward(x.astype(np.uint8)).dtype == np.uint8


def test_refusals():
    with pytest.raises(ShapeError, match=r"ReflectionPad2d \(0, 0, 2, 0\): expected input of a height and width above"):
        ReflectionPad2d((0, 0, 2, 0)).forward(np.ones((1, 1, 2, 3)))
    with pytest.raises(ShapeError, match="pixels that are left"):
        ReflectionPad2d((-1, -1, 0, 0)).forward(np.ones((1, 1, 3, 2)))
