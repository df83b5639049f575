from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from minnet_core import ShapeError
from minnet_layers import EmbeddingBag

REDUCE = {"sum": np.sum, "mean": np.mean, "max": np.max}


@settings(deadline=None, max_examples=40)
@given(
    lengths=st.lists(st.integers(0, 6), min_size=1, max_size=5),
    mode=st.sampled_from([*REDUCE]),
    padding_idx=st.sampled_from([None, 0, 3]),
)
def test_each_bag_is_reduced_by_itself_and_an_empty_one_gives_zeros(lengths, mode, padding_idx):
    rng = np.random.default_rng(0)
    layer = EmbeddingBag(4, 3, mode, padding_idx, rng=0, dtype=np.float64)
    bags = [rng.integers(0, 4, length) for length in lengths]
    output = layer.forward((np.concatenate(bags), np.cumsum([0, *lengths[:-1]])))
    for row, bag in zip(output, bags, strict=True):
        kept = bag[bag != (-1 if padding_idx is None else padding_idx)]
        expected = REDUCE[mode](layer.W[kept], axis=0) if len(kept) else np.zeros(3)
        np.testing.assert_allclose(row, expected, rtol=1e-14, atol=1e-14)


@pytest.mark.parametrize("mode", REDUCE)
def test_bags_of_one_length_are_those_with_offsets(mode):
    one, other = (EmbeddingBag(6, 2, mode, rng=0, dtype=np.float64) for _ in range(2))
    rng = np.random.default_rng(1)
    x, g = rng.integers(0, 6, (5, 4)), rng.standard_normal((5, 2))
    table = (x.reshape(-1), np.arange(0, 20, 4))
    np.testing.assert_array_equal(one.forward(x), other.forward(table))
    assert one.backward(x, g).shape == (5, 4)
    zeros = other.backward(table, g)
    assert [each.shape for each in zeros] == [(20,), (5,)]
    assert not any(each.any() for each in zeros)
    np.testing.assert_allclose(one.gradW, other.gradW, rtol=1e-15)


def test_the_first_of_equal_numbers_gets_the_gradient_and_each_column_has_its_own():
    layer = EmbeddingBag(3, 2, "max", dtype=np.float64)
    layer.W[...] = [[1.0, 5.0], [1.0, 7.0], [0.0, 7.0]]
    x, g = np.array([[2, 1, 0], [0, 1, 1]]), np.array([[1.0, 10.0], [100.0, 1000.0]])
    np.testing.assert_array_equal(layer.forward(x), [[1, 7], [1, 7]])
    layer.backward(x, g)
    np.testing.assert_array_equal(layer.gradW, [[100, 0], [1, 1000], [0, 10]])


def test_gradients_accumulate_and_repeated_indices_add_up():
    layer = EmbeddingBag(4, 1, "mean")
    gradient = layer.gradW
    for _ in range(2):
        layer.backward(np.array([[3, 3, 0, 1]]), np.array([[4.0]], np.float32))
    np.testing.assert_array_equal(gradient, [[2], [2], [0], [4]])


def test_whole_floating_numbers_are_indices():
    layer = EmbeddingBag(4, 2, rng=0)
    np.testing.assert_array_equal(layer.forward(np.array([[1.0, 3.0]], np.float32)), layer.forward(np.array([[1, 3]])))


@pytest.mark.parametrize(
    ("input", "error", "message"),
    [
        (np.array([0, 1]), ShapeError, r"expected input \(batch, length\), received \(2,\) int64"),
        ((np.array([[0]]), np.array([0])), ShapeError, r"or a tuple \(indices, offsets\) of two vectors, received"),
        ((np.array([0]),), ShapeError, "of two vectors, received"),
        ((np.array([0, 1]), np.array([1])), ValueError, r"expected offsets that begin at 0 .*, received \[1\]"),
        ((np.array([0, 1, 2]), np.array([0, 2, 1])), ValueError, r"do not decrease, received \[0 2 1\]"),
        ((np.array([0, 1]), np.array([], int)), ValueError, r"expected offsets that begin at 0"),
        ((np.array([0, 1]), np.array([0, 3])), IndexError, r"offsets: expected indices from 0 to 2, received 3"),
        ((np.array([0, 4]), np.array([0])), IndexError, r"expected indices from 0 to 3, received 4 at input\[1\]"),
    ],
)
def test_what_is_no_bag_is_refused(input, error, message):
    with pytest.raises(error, match=f"EmbeddingBag 4 x 2, mean.*{message}"):
        EmbeddingBag(4, 2).forward(input)


def test_no_bags_at_all_have_an_empty_output():
    layer = EmbeddingBag(4, 2)
    assert layer.forward((np.array([], int), np.array([], int))).shape == (0, 2)
    assert layer.forward(np.zeros((0, 3), int)).shape == (0, 2)
    np.testing.assert_array_equal(layer.forward(np.zeros((2, 0), int)), np.zeros((2, 2)))


def test_a_mode_that_there_is_not_is_refused():
    with pytest.raises(ValueError, match="EmbeddingBag: expected mode to be one of sum, mean, max, received 'median'"):
        EmbeddingBag(4, 2, "median")


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_the_gradient_of_a_maximum_is_added_to_one_in_any_memory_order_and_of_half_precision_in_float32(dtype):
    layer = EmbeddingBag(2, 3, "max", dtype=dtype)
    layer.W[...] = [[1, 2, 3], [0, 0, 0]]
    layer.gradW = np.zeros((3, 2), dtype).T
    for _ in range(2):
        layer.accGradParameters(np.zeros((4096, 1), int), np.full((4096, 3), 2**-4, dtype))
    np.testing.assert_array_equal(layer.gradW, [[512] * 3, [0] * 3])


def test_nan_is_the_largest_number_and_the_first_of_them_has_the_gradient():
    layer = EmbeddingBag(3, 1, "max", dtype=np.float64)
    layer.W[...] = [[1.0], [np.nan], [np.nan]]
    x = np.array([[0, 2, 1, 2]])
    assert np.isnan(layer.forward(x)).all()
    layer.backward(x, np.ones((1, 1)))
    np.testing.assert_array_equal(layer.gradW, [[0], [0], [1]])
