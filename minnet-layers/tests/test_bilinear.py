from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from minnet_core import ShapeError
from minnet_layers import Bilinear
from minnet_layers.similarities import bilinear


@settings(deadline=None, max_examples=30)
@given(
    sizes=st.tuples(*[st.integers(1, 4)] * 3),
    batch=st.integers(0, 5),
    bias=st.booleans(),
    block=st.sampled_from([1, 20, 9999]),
)
def test_passes_equal_explicit_sums_for_any_sizes_and_blocks(sizes, batch, bias, block):
    rng = np.random.default_rng(0)
    layer = Bilinear(*sizes, bias, rng=0, dtype=np.float64)
    x, z = (rng.standard_normal((batch, size)) for size in sizes[:2])
    g = rng.standard_normal((batch, sizes[2]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bilinear, "BLOCK", block)
        output, gradInput = layer.forward((x, z)), layer.backward((x, z), g)
    shift = layer.b if bias else 0
    np.testing.assert_allclose(output, np.einsum("si,kij,sj->sk", x, layer.W, z) + shift, atol=1e-13)
    np.testing.assert_allclose(gradInput[0], np.einsum("sk,kij,sj->si", g, layer.W, z), atol=1e-13)
    np.testing.assert_allclose(gradInput[1], np.einsum("sk,kij,si->sj", g, layer.W, x), atol=1e-13)
    np.testing.assert_allclose(layer.gradW, np.einsum("sk,si,sj->kij", g, x, z), atol=1e-13)
    if bias:
        np.testing.assert_allclose(layer.gradb, g.sum(axis=0), atol=1e-13)
    else:
        assert layer.b is layer.gradb is None


def test_an_identity_is_the_dot_product_and_gradients_accumulate():
    layer, x, z = Bilinear(2, 2, 1, bias=False), np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]])
    layer.W[...] = np.eye(2)
    gradient = layer.gradW
    assert layer.forward((x, z)) == [[11]]
    for _ in range(2):
        first, second = layer.backward((x, z), np.ones((1, 1)))
    np.testing.assert_array_equal(first, z)
    np.testing.assert_array_equal(second, x)
    np.testing.assert_array_equal(gradient, [[[6, 8], [12, 16]]])


def test_initial_parameters_fill_the_range_of_one_over_the_root_of_the_first_features():
    layer = Bilinear(16, 9, 40, rng=0)
    for parameter in (layer.W, layer.b):
        assert 0.2 < np.abs(parameter).max() <= 0.25
    layer.reset("Xavier", rng=1)
    assert not layer.b.any()


@pytest.mark.parametrize(
    "input",
    [np.ones((4, 5)), (np.ones((4, 5)),), (np.ones((4, 5)), np.ones((3, 3))), (np.ones((4, 3)), np.ones((4, 5)))],
)
def test_what_is_no_pair_of_inputs_is_refused(input):
    with pytest.raises(
        ShapeError, match=r"Bilinear 5 x 3 -> 2: expected input \(\(batch, 5\), \(batch, 3\)\), received"
    ):
        Bilinear(5, 3, 2).forward(input)


def test_a_tuple_of_what_are_no_arrays_is_refused():
    with pytest.raises((ShapeError, TypeError)):
        Bilinear(5, 3, 2).forward((None, np.ones((4, 3))))
