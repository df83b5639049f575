from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from minnet_core import ShapeError, to_config
from minnet_layers import Normalize

NORMS = [1, 1.5, 2, 3, 10, float("inf")]


def norm(x, p):
    return np.linalg.norm(x.astype(np.longdouble), p, axis=-1)


@settings(deadline=None, max_examples=40)
@given(p=st.sampled_from(NORMS), shape=st.sampled_from([(4, 3), (1, 30), (2, 3, 5), (7,), (0, 3)]))
def test_vectors_have_length_1_and_keep_their_direction(p, shape):
    x = np.random.default_rng(0).standard_normal(shape)
    output = Normalize(p).forward(x)
    np.testing.assert_allclose(norm(output, p).astype(float), 1, rtol=1e-14)
    np.testing.assert_allclose(output * norm(x, p)[..., None].astype(float), x, rtol=1e-13)


@pytest.mark.parametrize("p", NORMS)
def test_the_gradient_lies_across_the_vector(p):
    """The output stays the same along the vector, so that the gradient has no part of it."""
    rng = np.random.default_rng(0)
    layer, (x, g) = Normalize(p), rng.standard_normal((2, 5, 4))
    layer.forward(x)
    np.testing.assert_allclose((layer.backward(x, g) * x).sum(axis=1), 0, atol=1e-13)


@pytest.mark.parametrize("axis", [0, 1, 2, -2])
def test_vectors_along_any_axis_in_any_memory_order(axis):
    x = np.random.default_rng(0).standard_normal((3, 4, 5)).transpose(1, 2, 0)
    moved = Normalize().forward(np.moveaxis(x, axis, -1))
    np.testing.assert_allclose(Normalize(axis=axis).forward(x), np.moveaxis(moved, -1, axis), rtol=1e-14)


@pytest.mark.parametrize("p", NORMS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_lengths_near_the_limits_of_the_dtype(p, dtype):
    x = np.array([[3.0, -4.0, 0.0], [1e-30, -2.0, 1.0]], dtype)
    layer, far = Normalize(p), x * np.array([[np.finfo(dtype).max / 8], [1e-3]], dtype)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        output = layer.forward(far)
        gradInput = layer.backward(far, np.ones_like(far))
    np.testing.assert_allclose(output, Normalize(p).forward(x), rtol=1e-5)
    assert np.isfinite(gradInput).all()


@pytest.mark.parametrize("p", NORMS)
def test_vectors_shorter_than_epsilon_are_divided_by_it(p):
    layer, x = Normalize(p, eps=0.5), np.array([[0.0, 0.0], [0.1, -0.2], [3.0, 0.0]])
    np.testing.assert_allclose(layer.forward(x), [[0, 0], [0.2, -0.4], [1, 0]], rtol=1e-14)
    g = np.array([[1.0, 2.0]] * 3)
    np.testing.assert_allclose(layer.backward(x, g), [[2, 4], [2, 4], [0, 2 / 3]], atol=1e-14)


def test_an_epsilon_whose_square_vanishes_still_counts():
    x = np.array([[3e-25, 4e-25]], np.float32)
    np.testing.assert_allclose(Normalize(eps=1e-30).forward(x), [[0.6, 0.8]], rtol=1e-6)


def test_equally_large_numbers_share_in_the_maximum_norm():
    layer, x = Normalize(float("inf")), np.array([[2.0, -2.0, 1.0]])
    np.testing.assert_array_equal(layer.forward(x), [[1, -1, 0.5]])
    np.testing.assert_array_equal(layer.backward(x, np.array([[1.0, 2.0, 0.0]])), [[0.75, 0.75, 0]])


def test_the_maximum_norm_can_be_written_down():
    layer, x = Normalize("inf"), np.array([[3.0, -4.0]])
    assert to_config(layer)["p"] == "inf"
    np.testing.assert_array_equal(layer.forward(x), Normalize(float("inf")).forward(x))


@pytest.mark.parametrize("p", [0.5, 0, -1, float("nan")])
def test_what_is_no_norm_is_refused(p):
    with pytest.raises(ValueError, match="Normalize: expected p to be 1 or more"):
        Normalize(p)


@pytest.mark.parametrize("axis", [2, -3])
def test_an_input_without_the_axis_is_refused(axis):
    with pytest.raises(ShapeError, match=rf"Normalize: expected input with an axis {axis}, received \(4, 3\) float64"):
        Normalize(axis=axis).forward(np.ones((4, 3)))
