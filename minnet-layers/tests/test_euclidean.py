from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from minnet_layers import Euclidean
from minnet_layers.similarities.distances import Distances


def passes(x, W, g):
    """Distances and gradients as they are defined, in the widest dtype that there is."""
    x, W, g = (array.astype(np.longdouble) for array in (x, W, g))
    differences = x[:, np.newaxis] - W
    y = np.sqrt((differences**2).sum(axis=2))
    directions = differences / np.where(y == 0, 1, y)[:, :, np.newaxis] * g[:, :, np.newaxis]
    return y, directions.sum(axis=1), -directions.sum(axis=0)


@settings(deadline=None, max_examples=60)
@given(
    n_in=st.integers(1, 5),
    n_out=st.integers(1, 6),
    offset=st.sampled_from([0.0, 1e3, 1e6]),
    spread=st.sampled_from([1.0, 1e-3, 0.0]),
    dtype=st.sampled_from([np.float32, np.float64]),
)
def test_passes_are_those_of_the_definition_far_from_0_and_near_a_centre(n_in, n_out, offset, spread, dtype):
    rng = np.random.default_rng(0)
    layer = Euclidean(n_in, n_out, dtype=dtype)
    layer.W[...] = rng.standard_normal((n_out, n_in)) + offset
    x = layer.W[rng.integers(0, n_out, 8)] + (spread * rng.standard_normal((8, n_in))).astype(dtype)
    x[:2] = rng.standard_normal((2, n_in)) + offset
    g = rng.standard_normal((8, n_out)).astype(dtype)
    expected = passes(x, layer.W, g)
    exact = 20 * np.finfo(dtype).eps
    output = layer.forward(x)
    np.testing.assert_allclose(output, expected[0].astype(float), rtol=exact, atol=0)
    for result, gradient in zip((layer.backward(x, g), layer.gradW), expected[1:], strict=True):
        np.testing.assert_allclose(result, gradient.astype(float), rtol=0, atol=4 * exact * np.abs(g).sum())


def test_a_distance_of_zero_has_no_slope():
    layer, x = Euclidean(2, 1, dtype=np.float64), np.array([[1.0, 2.0], [4.0, 6.0]])
    layer.W[...] = [1.0, 2.0]
    with np.errstate(all="raise"):
        np.testing.assert_array_equal(layer.forward(x), [[0], [5]])
        np.testing.assert_allclose(layer.backward(x, np.ones((2, 1))), [[0, 0], [0.6, 0.8]], atol=1e-15)
    np.testing.assert_allclose(layer.gradW, [[-0.6, -0.8]], atol=1e-15)


@pytest.mark.parametrize(("dtype", "size"), [(np.float32, 1e25), (np.float64, 1e200)])
def test_distances_whose_squares_overflow(dtype, size):
    layer, x = Euclidean(2, 3, rng=0, dtype=dtype), np.array([[3, 4], [0, 0]], dtype) * dtype(size)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        output = layer.forward(x)
        gradInput = layer.backward(x, np.ones_like(output))
    np.testing.assert_allclose(output[0], 5 * size, rtol=1e-6)
    np.testing.assert_allclose(output[1], np.linalg.norm(layer.W, axis=1), atol=size * 1e-6)
    np.testing.assert_allclose(gradInput[0], [1.8, 2.4], rtol=1e-5)


def test_infinity_and_nan_stay_what_they_are():
    layer = Euclidean(2, 2, rng=0)
    output = layer.forward(np.array([[np.nan, 0], [1, 1]], np.float32))
    assert np.isnan(output[0]).all()
    assert np.isfinite(output[1]).all()


def test_many_centres_need_no_array_of_all_differences():
    """The differences of all pairs would have 64 million numbers."""
    import tracemalloc

    layer, x = Euclidean(500, 200, rng=0), np.random.default_rng(0).standard_normal((640, 500)).astype(np.float32)
    tracemalloc.start()
    layer.backward(x, layer.forward(x))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20e6


def test_how_far_from_0_points_are_makes_none_of_them_near():
    """Else all pairs would be computed one centre after another."""
    x, W = np.random.default_rng(0).standard_normal((2, 40, 30))
    assert not Distances.of(x, W).is_near.any()
    assert not Distances.of(x + 1e6, W + 1e6).is_near.any()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("part", [-0.8, -0.6, -0.52, 0.5, 0.505, 0.99])
def test_the_smallest_and_the_largest_numbers_have_distances_and_slopes(dtype, part):
    """Of a part of the digits of the largest exponent: squares vanish or overflow, alone or when they are added."""
    size = dtype(10.0 ** (part * np.log10(float(np.finfo(dtype).max) / 8)))
    rng = np.random.default_rng(0)
    layer = Euclidean(3, 4, dtype=dtype)
    layer.W[...] = rng.uniform(-1, 1, (4, 3)) * size
    x, g = (rng.uniform(-1, 1, (5, 3)) * size).astype(dtype), rng.standard_normal((5, 4)).astype(dtype)
    expected = passes(x, layer.W, g)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        output = layer.forward(x)
        gradInput = layer.backward(x, g)
    rounded = 50 * np.finfo(dtype).eps
    np.testing.assert_allclose(output, expected[0].astype(float), rtol=rounded)
    np.testing.assert_allclose(gradInput, expected[1].astype(float), atol=5 * rounded)
    np.testing.assert_allclose(layer.gradW, expected[2].astype(float), atol=5 * rounded)
