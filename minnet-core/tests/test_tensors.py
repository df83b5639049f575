from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from minnet_core.testing.numerics import tensors

TABLE = (np.ones((2, 3)), (np.arange(4).reshape(2, 2), np.zeros((2, 1), np.float32)))


def test_a_function_is_applied_to_every_array_and_none_stays():
    assert tensors.map_arrays(np.sum, TABLE) == (6.0, (6, 0.0))
    assert tensors.map_arrays(np.sum, (np.ones(2), None)) == (2.0, None)
    assert tensors.map_arrays(np.sum, None) is None
    assert tensors.map_arrays(lambda array: array.shape, 3.0) == ()


def test_arrays_are_named_by_their_places():
    assert [name for name, _ in tensors.named_arrays("input", TABLE)] == ["input[0]", "input[1][0]", "input[1][1]"]
    assert [name for name, _ in tensors.named_arrays("input", np.ones(2))] == ["input"]
    assert list(tensors.named_arrays("input", None)) == []
    assert [name for name, _ in tensors.named_arrays("x", (None, np.ones(1)))] == ["x[1]"]


def test_structure_and_the_number_of_samples():
    assert tensors.structure(TABLE) == ((2, 3), ((2, 2), (2, 1)))
    assert tensors.structure(None) is None
    assert tensors.samples(TABLE) == 2
    assert tensors.samples(np.ones((5, 1))) == 5


def test_a_copy_shares_nothing():
    copy = tensors.copied(TABLE)
    copy[1][0][0, 0] = 9
    assert TABLE[1][0][0, 0] == 0
    np.testing.assert_array_equal(copy[0], TABLE[0])


def test_casting_leaves_integers_alone_and_copies_all():
    cast = tensors.cast(TABLE, np.float16)
    assert [array.dtype for _, array in tensors.named_arrays("", cast)] == [np.float16, TABLE[1][0].dtype, np.float16]
    assert not np.shares_memory(cast[1][0], TABLE[1][0])
    assert not np.shares_memory(tensors.cast(TABLE[0], np.float64), TABLE[0])


def test_every_array_is_converted_and_only_floating_ones_scaled():
    assert {array.dtype for _, array in tensors.named_arrays("", tensors.as_dtype(TABLE, np.int8))} == {np.dtype("i1")}
    scaled = tensors.scaled((np.ones(2, np.float32), np.array([1, 2])), 3)
    assert (scaled[0].dtype, scaled[0].tolist(), scaled[1].tolist()) == (np.float32, [3, 3], [1, 2])
    assert tensors.is_floating(scaled[0])
    assert not tensors.is_floating(scaled[1])


def test_a_mask_stays_one_whatever_the_dtype():
    classes, mask = tensors.as_dtype((np.array([1, 2]), np.array([True, False])), np.int8)
    assert (classes.dtype, mask.dtype) == (np.int8, bool)


def test_samples_are_taken_as_a_copy():
    first, second = tensors.rows(TABLE, slice(0, 1)), tensors.rows(TABLE, slice(1, 2))
    assert tensors.structure(first) == ((1, 3), ((1, 2), (1, 1)))
    assert not np.shares_memory(first[0], TABLE[0])
    assert tensors.structure(second) == tensors.structure(first)


ARRAYS = arrays(np.float64, array_shapes(min_dims=1, max_dims=3, min_side=1), elements=st.floats(-9, 9))


@pytest.mark.parametrize("layout", sorted(tensors.LAYOUTS))
@given(array=ARRAYS)
def test_a_layout_changes_no_value_shape_or_dtype(layout, array):
    laid = tensors.LAYOUTS[layout](array)
    np.testing.assert_array_equal(laid, array)
    assert laid.dtype == array.dtype


def test_a_layout_changes_the_memory():
    array = np.arange(12.0).reshape(3, 4)
    strides = {name: layout(array).strides for name, layout in tensors.LAYOUTS.items()}
    expected = {
        "Fortran": (8, 24),
        "strided": (64, 16),
        "reversed": (32, -8),
        "padded": (56, 8),
        "every other": (64, 8),
    }
    assert strides == expected


def test_read_only_arrays_are_copies_that_cannot_be_written_to():
    array = np.ones(2)
    locked = tensors.read_only(array)
    with pytest.raises(ValueError, match="read-only"):
        locked[0] = 2
    with pytest.raises(ValueError, match="cannot set WRITEABLE flag"):
        locked.flags.writeable = True
    array[0] = 3
    assert locked[0] == 1
