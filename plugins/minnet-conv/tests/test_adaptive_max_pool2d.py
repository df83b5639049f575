from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from minnet_conv import AdaptiveMaxPool2d, MaxPool2d
from minnet_core import ShapeError

lengths = st.integers(1, 7)


@settings(deadline=None, derandomize=True, max_examples=60)
@given(st.tuples(lengths, lengths), st.tuples(lengths, lengths), st.booleans(), st.integers(0, 2**32))
def test_both_passes_are_those_of_a_loop_over_all_windows(image, size, has_ties, seed):
    rng = np.random.default_rng(seed)
    x, g = rng.standard_normal((2, 2, *image)), rng.standard_normal((2, 2, *size))
    if has_ties:
        x = x.round()
    y, gradInput = np.zeros(g.shape), np.zeros(x.shape)
    for n, c, h, w in np.ndindex(*g.shape):
        start = [place * length // count for place, length, count in zip((h, w), image, size, strict=True)]
        stop = [-(-(place + 1) * length // count) for place, length, count in zip((h, w), image, size, strict=True)]
        part = (n, c, *map(slice, start, stop))
        y[n, c, h, w] = x[part].max()
        first = np.unravel_index(x[part].argmax(), x[part].shape)
        gradInput[part][first] += g[n, c, h, w]
    layer = AdaptiveMaxPool2d(size)
    np.testing.assert_array_equal(layer.forward(x), y)
    np.testing.assert_allclose(layer.backward(x, g), gradInput, atol=1e-12)


def test_where_the_size_divides_it_is_plain_pooling():
    x = np.random.default_rng(0).standard_normal((2, 3, 6, 8))
    np.testing.assert_array_equal(AdaptiveMaxPool2d((3, 4)).forward(x), MaxPool2d(2).forward(x))
    np.testing.assert_array_equal(AdaptiveMaxPool2d((None, 2)).forward(x), MaxPool2d((1, 4)).forward(x))


@pytest.mark.parametrize("size", [(1, 1), (1, 2), (2, 2)])
def test_of_several_nan_the_last_has_the_gradient(size):
    x = np.zeros((1, 1, 2, 4))
    x[0, 0, 0, 0] = x[0, 0, 0, 1] = np.nan
    layer = AdaptiveMaxPool2d(size)
    assert np.isnan(layer.forward(x)[0, 0, 0, 0])
    gradInput = layer.backward(x, np.full((1, 1, *size), 3.0))[0, 0]
    assert (gradInput[0, 0], gradInput[0, 1], gradInput.sum()) == (0, 3, 3 * size[0] * size[1])


def test_refusals():
    with pytest.raises(ValueError, match="AdaptiveMaxPool2d: expected output_size to be a positive number or None"):
        AdaptiveMaxPool2d(0)
    layer = AdaptiveMaxPool2d(1)
    with pytest.raises(RuntimeError, match="expected updateOutput"):
        layer.backward(np.ones((1, 1, 2, 2)), np.ones((1, 1, 1, 1)))
    with pytest.raises(ShapeError, match="AdaptiveMaxPool2d 1 x 1: expected input .* with pixels"):
        layer.forward(np.ones((1, 1, 0, 2)))


def test_a_larger_batch_has_the_results_of_its_samples_in_its_order_in_memory():
    rng = np.random.default_rng(0)
    x, g = rng.integers(0, 5, (9, 2, 7, 5)).astype(np.float32), rng.standard_normal((9, 2, 3, 2)).astype(np.float32)
    innermost = np.ascontiguousarray(x.transpose(1, 2, 3, 0)).transpose(3, 0, 1, 2)
    layer = AdaptiveMaxPool2d((3, 2))
    for images in (x, innermost):
        one_by_one = [(layer.forward(x[n : n + 1]), layer.backward(x[n : n + 1], g[n : n + 1])) for n in range(9)]
        expected = map(np.concatenate, zip(*one_by_one, strict=True))
        for result, each in zip((layer.forward(images), layer.backward(images, g)), expected, strict=True):
            np.testing.assert_array_equal(result, each)
            assert result.dtype == np.float32
            assert np.argsort(result.strides).tolist() == np.argsort(images.strides).tolist()


def test_one_number_is_height_and_width():
    x = np.random.default_rng(0).normal(size=(2, 3, 5, 4))
    np.testing.assert_array_equal(AdaptiveMaxPool2d(2).forward(x), AdaptiveMaxPool2d((2, 2)).forward(x))
