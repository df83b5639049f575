from __future__ import annotations

import numpy as np
import pytest

from minnet_core import ShapeError
from minnet_tables import CAddTable

A, B = np.array([[1.0, 2.0]]), np.array([[10.0, 20.0]])


@pytest.mark.parametrize("count", [1, 2, 5])
def test_it_adds_any_number_of_arrays_and_gives_each_a_gradient_of_its_own(count):
    layer, table = CAddTable(), (A,) * count
    np.testing.assert_array_equal(layer.forward(table), count * A)
    gradients = layer.backward(table, B)
    np.testing.assert_array_equal(gradients, [B] * count)
    gradients[0][:] = 0
    assert not any(np.shares_memory(gradients[0], other) for other in (*gradients[1:], A, B))


def test_dtypes_promote_as_they_do_in_numpy():
    assert CAddTable().forward((A.astype(np.float32), B)).dtype == np.float64
    assert CAddTable().forward((A.astype(np.uint8), B.astype(np.float32))).dtype == np.float32
    np.testing.assert_array_equal(CAddTable().forward((np.uint8([[200]]), np.uint8([[100]]))), [[300]])


@pytest.mark.parametrize("wrong", [(A, B[:, :1]), A, (), (A, (A, B)), (A, 1.0), (A, None)])
def test_nothing_is_broadcast(wrong):
    with pytest.raises(ShapeError, match="CAddTable: expected input to be a table"):
        CAddTable().forward(wrong)
