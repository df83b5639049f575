from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from minnet_conv import Upsample
from minnet_core import ShapeError


@pytest.mark.parametrize("axes", [(0, 1, 2, 3), (1, 2, 3, 0)])
@pytest.mark.parametrize("factor", [1, 2, 3])
def test_whole_factors_repeat_pixels(factor, axes):
    x = np.random.default_rng(0).standard_normal((2, 3, 4, 5)).astype(np.float32)
    x = np.ascontiguousarray(x.transpose(axes)).transpose(np.argsort(axes))
    layer = Upsample(scale_factor=factor)
    y = layer.forward(x)
    np.testing.assert_array_equal(y, x.repeat(factor, 2).repeat(factor, 3))
    np.testing.assert_allclose(layer.backward(x, y), x * factor**2, rtol=1e-6)
    for result in (y, layer.gradInput):
        assert result.dtype == np.float32
        assert result.transpose(axes).flags.c_contiguous
        assert not np.shares_memory(result, x)


def weights(length, count, align_corners):
    """How much of each pixel is in each of the new ones, along an axis, by the formula."""
    places = np.arange(count)
    if align_corners:
        places = places * (length - 1) / max(count - 1, 1)
    else:
        places = np.clip((places + 0.5) * length / count - 0.5, 0, length - 1)
    return np.maximum(0, 1 - np.abs(places[:, None] - np.arange(length)))


lengths = st.integers(1, 7)


@settings(deadline=None, derandomize=True, max_examples=50)
@given(st.tuples(lengths, lengths), st.tuples(lengths, lengths), st.booleans())
def test_bilinear_is_a_product_with_the_weights_on_both_sides(image, size, align_corners):
    rng = np.random.default_rng(0)
    x, g = rng.standard_normal((2, 2, *image)), rng.standard_normal((2, 2, *size))
    rows, columns = (weights(*axis, align_corners) for axis in zip(image, size, strict=True))
    layer = Upsample(size, mode="bilinear", align_corners=align_corners)
    np.testing.assert_allclose(layer.forward(x), rows @ x @ columns.T, atol=1e-12)
    np.testing.assert_allclose(layer.backward(x, g), rows.T @ g @ columns, atol=1e-12)


@settings(deadline=None, derandomize=True, max_examples=50)
@given(st.tuples(lengths, lengths), st.tuples(lengths, lengths))
def test_nearest_takes_the_pixel_at_the_rounded_down_place(image, size):
    rng = np.random.default_rng(0)
    x, g = rng.standard_normal((2, 2, *image)), rng.standard_normal((2, 2, *size))
    index = np.ix_(*(np.arange(count) * length // count for length, count in zip(image, size, strict=True)))
    expected = np.zeros(x.shape)
    np.add.at(expected, (slice(None), slice(None), *index), g)
    layer = Upsample(size)
    np.testing.assert_array_equal(layer.forward(x), x[:, :, *index])
    np.testing.assert_allclose(layer.backward(x, g), expected, atol=1e-12)


def test_what_a_factor_leaves_of_a_pixel_is_cut_off():
    assert Upsample(scale_factor=(1.5, 0.5)).forward(np.ones((1, 1, 3, 5))).shape == (1, 1, 4, 2)


@pytest.mark.parametrize("mode", ["nearest", "bilinear"])
def test_an_axis_that_becomes_as_long_stays_as_it_is(mode):
    x = np.arange(6.0).reshape(1, 1, 2, 3)
    np.testing.assert_array_equal(Upsample(scale_factor=1.3, mode=mode).forward(x), x)


def test_integers_stay_integers_where_they_are_copied():
    x = np.array([[[[1, 2]]]], np.uint8)
    assert Upsample(scale_factor=2).forward(x).dtype == np.uint8
    assert Upsample(scale_factor=2, mode="bilinear").forward(x).dtype == np.float32


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({}, ValueError, "either size or scale_factor, received None and None"),
        ({"size": 2, "scale_factor": 2}, ValueError, "either size or scale_factor"),
        ({"scale_factor": 0}, ValueError, "scale_factor to be a positive number"),
        ({"scale_factor": "2x"}, TypeError, "scale_factor to be a positive number"),
        ({"size": 2, "mode": "cubic"}, ValueError, "mode to be nearest or bilinear, received 'cubic'"),
        ({"size": 2, "align_corners": False}, ValueError, "align_corners with mode bilinear only"),
    ],
)
def test_what_is_refused_at_once(arguments, error, message):
    with pytest.raises(error, match=f"Upsample: expected {message}"):
        Upsample(**arguments)


def test_outputs_without_pixels_are_refused():
    with pytest.raises(ShapeError, match=r"Upsample by \(0\.3, 0\.3\), nearest: expected input and output with pixels"):
        Upsample(scale_factor=0.3).forward(np.ones((1, 1, 3, 9)))
