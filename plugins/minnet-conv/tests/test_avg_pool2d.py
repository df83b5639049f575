from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from minnet_conv import AvgPool2d
from minnet_core import ShapeError

pairs = st.tuples(st.integers(1, 3), st.integers(1, 3))


def naive(x, g, size, stride, pad, include_pad):
    """Both passes with a loop over all windows: the definition."""
    y, gradInput = np.zeros(g.shape), np.zeros(x.shape)
    for n, c, h, w in np.ndindex(*g.shape):
        start = np.array([h, w]) * stride - pad
        stop = np.minimum(start + size, np.array(x.shape[2:]) + pad)
        inside = (n, c, *map(slice, np.maximum(start, 0), np.minimum(stop, x.shape[2:])))
        count = np.prod(stop - start) if include_pad else x[inside].size
        y[n, c, h, w] = x[inside].sum() / count
        gradInput[inside] += g[n, c, h, w] / count
    return y, gradInput


@settings(deadline=None, derandomize=True, max_examples=60)
@given(pairs, pairs, st.integers(0, 1), st.booleans(), st.booleans(), st.integers(0, 2**32))
def test_both_passes_are_those_of_a_loop_over_all_windows(size, stride, pad, ceil_mode, include_pad, seed):
    rng = np.random.default_rng(seed)
    pads = tuple(min(pad, number // 2) for number in size)
    x = rng.standard_normal((2, 2, *rng.integers(3, 7, 2)))
    layer = AvgPool2d(size, stride, pads, ceil_mode, include_pad)
    y = layer.forward(x)
    g = rng.standard_normal(y.shape)
    expected = naive(x, g, *map(np.array, (size, stride, pads)), include_pad)
    np.testing.assert_allclose(y, expected[0], atol=1e-12)
    np.testing.assert_allclose(layer.backward(x, g), expected[1], atol=1e-12)


@pytest.mark.parametrize("arguments", [(2,), (3, 2, 1)])
def test_the_order_of_axes_in_memory_changes_nothing_and_is_kept(arguments):
    rng, layer = np.random.default_rng(0), AvgPool2d(*arguments)
    x = rng.standard_normal((4, 3, 6, 8)).astype(np.float32)
    g = rng.standard_normal(layer.forward(x).shape).astype(np.float32)
    y, gradInput = layer.output, layer.backward(x, g)
    innermost = np.ascontiguousarray(x.transpose(1, 2, 3, 0)).transpose(3, 0, 1, 2)
    for result, expected in [(layer.forward(innermost), y), (layer.backward(innermost, g), gradInput)]:
        np.testing.assert_array_equal(result, expected)
        assert result.transpose(1, 2, 3, 0).flags.c_contiguous
        assert result.dtype == np.float32


def test_what_of_a_last_window_is_beyond_the_padding_never_counts():
    x = np.ones((1, 1, 3, 3))
    np.testing.assert_array_equal(AvgPool2d(2, ceil_mode=True).forward(x), np.ones((1, 1, 2, 2)))
    padded = AvgPool2d(2, 2, 1, ceil_mode=True)
    np.testing.assert_array_equal(padded.forward(x)[0, 0], [[0.25, 0.5], [0.5, 1]])


def test_sums_of_half_precision_do_not_overflow():
    layer, x = AvgPool2d(2), np.full((1, 1, 2, 2), 60000, np.float16)
    y = layer.forward(x)
    assert y.dtype == layer.backward(x, y).dtype == np.float16
    assert y == 60000


def test_integers_become_floating():
    assert AvgPool2d(2).forward(np.array([[[[1, 2], [3, 5]]]], np.uint8)) == np.float32(2.75)


def test_refusals():
    with pytest.raises(ValueError, match="AvgPool2d: expected padding of at most half the kernel_size, 2, received 2"):
        AvgPool2d(2, padding=2)
    with pytest.raises(ShapeError, match="AvgPool2d 2: expected input .* of at least one window"):
        AvgPool2d(2).forward(np.ones((1, 1, 1, 2)))
    with pytest.raises(ShapeError, match="AvgPool2d 2: expected gradOutput"):
        AvgPool2d(2).updateGradInput(np.ones((1, 1, 2, 2)), np.ones((1, 1, 2, 2)))


def test_its_repr_says_whether_padding_counts():
    assert repr(AvgPool2d(3, 2, 1, True, False)) == "AvgPool2d 3, stride 2, padding 1, ceil_mode, padding not counted"
