from __future__ import annotations

import numpy as np
import pytest

from minnet_core.nn.arrays import as_floating, describe, floating_dtype, in_memory_order, leaves


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.zeros((2, 3), np.float32), "(2, 3) float32"),
        (np.zeros((), ">i4"), "() >i4"),
        ((), "()"),
        ((np.zeros(2), (np.ones(1, bool), None)), "((2,) float64, ((1,) bool, NoneType))"),
        ([1], "list"),
        (None, "NoneType"),
    ],
)
def test_tensor_is_described_by_shape_and_dtype(value, text):
    assert describe(value) == text


@pytest.mark.parametrize(
    ("dtype", "computed"),
    [("f2", "f2"), ("f4", "f4"), ("f8", "f8"), ("u1", "f4"), ("i2", "f4"), ("i4", "f8"), ("?", "f4")],
)
def test_integers_are_computed_in_what_numpy_promotes_them_to(dtype, computed):
    array = np.ones(3, dtype)
    assert floating_dtype(array) == as_floating(array).dtype == np.dtype(computed)
    assert (as_floating(array) is array) is (array.dtype.kind == "f")


@pytest.mark.parametrize("array", [np.array([1, None]), np.array(["1"]), np.zeros(1, complex)])
def test_what_holds_no_real_numbers_is_refused(array):
    with pytest.raises(TypeError, match=r"expected an array of real numbers, received \(\d,\) "):
        as_floating(array)


def test_big_endian_arrays_are_computed_in_native_order():
    array = as_floating(np.arange(3, dtype=">f4"))
    assert array.dtype.isnative
    np.testing.assert_array_equal(array, [0, 1, 2])


def test_leaves_are_walked_in_order_and_none_is_left_out():
    a, b, c = np.zeros(1), np.zeros((2, 2)), np.zeros(3)
    found = list(leaves([a, [(b, None), []], ((c,),)]))
    assert [id(array) for array in found] == [id(a), id(b), id(c)]
    assert list(leaves(a)) == [a]
    assert list(leaves(None)) == []


@pytest.mark.parametrize("axes", [(0, 1, 2, 3), (3, 0, 1, 2), (1, 0, 3, 2), (2, 3, 1, 0)])
def test_axes_in_the_order_of_memory_are_those_of_the_contiguous_array(axes):
    memory = np.arange(2 * 3 * 4 * 5).reshape(2, 3, 4, 5)
    array = memory.transpose(axes)
    along = in_memory_order(array)
    assert np.shares_memory(along, memory)
    np.testing.assert_array_equal(along, memory)


def test_axes_of_one_element_lie_anywhere():
    array = np.zeros((3, 1, 4, 1)).transpose(3, 2, 0, 1)
    assert in_memory_order(array).flags.c_contiguous
    assert in_memory_order(array).size == 12


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((2, 3)),
        np.zeros(()),
        np.zeros((0, 3)).T,
        np.zeros((4, 6))[:, ::2],
        np.zeros(6)[::-1],
        np.broadcast_to(np.zeros(3), (2, 3)),
    ],
    ids=lambda array: str(array.strides),
)
def test_what_is_contiguous_already_or_in_no_order_is_returned_itself(array):
    assert in_memory_order(array) is array
