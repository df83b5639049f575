from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from minnet_core import ShapeError
from minnet_layers import Linear, Max, Maxout


@settings(deadline=None, max_examples=30)
@given(n_in=st.integers(1, 4), n_out=st.integers(1, 4), pieces=st.integers(1, 4), batch=st.integers(0, 4))
def test_it_is_a_linear_layer_and_the_largest_of_its_pieces(n_in, n_out, pieces, batch):
    rng = np.random.default_rng(0)
    layer = Maxout(n_in, n_out, pieces, rng=0, dtype=np.float64)
    linear, largest = Linear(n_in, pieces * n_out, rng=0, dtype=np.float64), Max(1)
    np.testing.assert_array_equal(layer.W, linear.W)  # drawn alike
    x, g = rng.standard_normal((batch, n_in)), rng.standard_normal((batch, n_out))
    scores = linear.forward(x).reshape(batch, pieces, n_out)
    np.testing.assert_allclose(layer.forward(x), largest.forward(scores), rtol=1e-14)
    back = largest.backward(scores, g).reshape(batch, pieces * n_out)
    np.testing.assert_allclose(layer.backward(x, g), linear.backward(x, back), atol=1e-14)
    np.testing.assert_allclose(layer.gradW, linear.gradW, atol=1e-14)
    np.testing.assert_allclose(layer.gradb, linear.gradb, atol=1e-14)


def test_two_pieces_can_be_the_absolute_value_and_gradients_accumulate():
    layer, x = Maxout(1, 1, 2, bias=False, dtype=np.float64), np.array([[-3.0], [2.0], [0.5]])
    layer.W[...] = [[1.0], [-1.0]]
    gradient = layer.gradW
    np.testing.assert_array_equal(layer.forward(x), np.abs(x))
    for _ in range(2):
        np.testing.assert_array_equal(layer.backward(x, np.ones_like(x)), np.sign(x))
    np.testing.assert_array_equal(gradient, [[5.0], [-6.0]])
    assert layer.b is layer.gradb is None


def test_of_equal_pieces_the_first_has_the_gradient():
    layer = Maxout(2, 1, 3, dtype=np.float64)
    layer.W[...], layer.b[...] = 1.0, 0.0
    x = np.ones((1, 2))
    layer.forward(x)
    layer.backward(x, np.ones((1, 1)))
    np.testing.assert_array_equal(layer.gradb, [1, 0, 0])


def test_it_says_its_sizes_and_what_it_expects():
    layer = Maxout(3, 2, 4)
    assert repr(layer) == "Maxout 3 -> 2, 4 pieces"
    with pytest.raises(ShapeError, match=r"Maxout 3 -> 2, 4 pieces: expected input \(batch, 3\), received \(4, 2\)"):
        layer.forward(np.ones((4, 2)))
    with pytest.raises(RuntimeError, match="expected updateOutput"):
        layer.backward(np.ones((4, 3)), np.ones((4, 2)))
    layer.forward(np.ones((5, 3)))
    with pytest.raises(ShapeError, match=r"expected input \(5, 3\), received \(4, 3\)"):
        layer.backward(np.ones((4, 3)), np.ones((4, 2)))
    with pytest.raises(ValueError, match="Maxout: expected pieces to be a positive integer, received 0"):
        Maxout(3, 2, 0)


def test_initializers_draw_its_weights():
    layer = Maxout(3, 2, 4, rng=0).reset("Kaiming", rng=1)
    assert not layer.b.any()
    assert np.abs(layer.W).max() > 3**-0.5  # more than it begins with
