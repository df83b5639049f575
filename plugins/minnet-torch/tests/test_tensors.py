import numpy as np
import pytest
import torch

from minnet_torch.tensors import as_arguments, tensors_in, to_numpy, to_torch


@pytest.mark.parametrize("dtype", [np.uint8, np.int32, np.uint64, bool])
def test_integers_and_booleans_become_int64(dtype):
    assert to_torch(np.ones(2, dtype), np.float32).dtype == torch.int64


def test_floating_arrays_take_the_dtype_and_only_they_a_gradient():
    single, whole = to_torch((np.ones(2), np.arange(2)), np.float32, requires_grad=True)
    assert single.dtype == torch.float32
    assert (single.requires_grad, whole.requires_grad) == (True, False)


@pytest.mark.parametrize("layout", [np.asfortranarray, lambda a: a[::-1], lambda a: a[:, ::2], lambda a: a[0, 0]])
def test_any_layout_is_copied(layout):
    array = layout(np.arange(12.0).reshape(3, 4))
    tensor = to_torch(array, np.float64)
    np.testing.assert_array_equal(to_numpy(tensor), array)
    tensor += 1
    assert array.max() <= 11


def test_a_read_only_array_is_taken():
    array = np.broadcast_to(np.ones(1), (3,))
    assert to_torch(array, np.float64).sum() == 3


def test_tables_stay_tables():
    nested = (np.zeros(1), (np.ones(2), None))
    tensors = to_torch(nested, np.float64)
    assert [tuple(tensor.shape) for tensor in tensors_in(tensors)] == [(1,), (2,)]
    back = to_numpy(tensors)
    np.testing.assert_array_equal(back[1][0], nested[1][0])
    assert back[1][1] is None


def test_a_table_is_several_arguments():
    assert as_arguments((1, (2, 3))) == (1, (2, 3))
    assert as_arguments(1) == (1,)
    assert as_arguments(None) == ()
