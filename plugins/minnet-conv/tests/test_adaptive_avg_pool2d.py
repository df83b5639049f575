from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from minnet_conv import AdaptiveAvgPool2d, AvgPool2d
from minnet_core import ShapeError

lengths = st.integers(1, 7)


@settings(deadline=None, derandomize=True, max_examples=60)
@given(st.tuples(lengths, lengths), st.tuples(lengths, lengths), st.integers(0, 2**32))
def test_both_passes_are_those_of_a_loop_over_all_windows(image, size, seed):
    rng = np.random.default_rng(seed)
    x, g = rng.standard_normal((2, 2, *image)), rng.standard_normal((2, 2, *size))
    y, gradInput = np.zeros(g.shape), np.zeros(x.shape)
    for h, w in np.ndindex(*size):
        start = [place * length // count for place, length, count in zip((h, w), image, size, strict=True)]
        stop = [-(-(place + 1) * length // count) for place, length, count in zip((h, w), image, size, strict=True)]
        part = (..., *map(slice, start, stop))
        y[:, :, h, w] = x[part].mean((2, 3))
        gradInput[part] += (g[:, :, h, w] / x[part][0, 0].size)[:, :, None, None]
    layer = AdaptiveAvgPool2d(size)
    np.testing.assert_allclose(layer.forward(x), y, atol=1e-12)
    np.testing.assert_allclose(layer.backward(x, g), gradInput, atol=1e-12)


def test_where_the_size_divides_it_is_plain_pooling():
    x = np.random.default_rng(0).standard_normal((2, 3, 6, 8))
    np.testing.assert_allclose(AdaptiveAvgPool2d((3, 4)).forward(x), AvgPool2d(2).forward(x), rtol=1e-14)
    np.testing.assert_allclose(AdaptiveAvgPool2d((None, 2)).forward(x), AvgPool2d((1, 4)).forward(x), rtol=1e-14)


def test_an_infinite_pixel_reaches_its_windows_only():
    x = np.ones((1, 1, 1, 4))
    x[..., 0] = np.inf
    np.testing.assert_array_equal(AdaptiveAvgPool2d((1, 3)).forward(x)[0, 0, 0], [np.inf, 1, 1])


def test_refusals():
    for value, error in [(0, ValueError), (2.5, TypeError), ((1, 2, 3), ValueError), ("7", TypeError)]:
        with pytest.raises(error, match="AdaptiveAvgPool2d: expected output_size to be a positive number or None"):
            AdaptiveAvgPool2d(value)
    with pytest.raises(ShapeError, match="AdaptiveAvgPool2d 2 x None: expected input .* with pixels"):
        AdaptiveAvgPool2d((2, None)).forward(np.ones((1, 1, 0, 2)))
