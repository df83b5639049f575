from __future__ import annotations

import numpy as np
import pytest

from minnet_conv import Flatten, Unflatten
from minnet_core import ShapeError


@pytest.mark.parametrize(("dim", "size", "shape"), [(1, (3, 4), (2, 3, 4, 5)), (-2, (-1, 6, 1), (2, 2, 6, 1, 5))])
def test_it_is_the_inverse_of_flatten(dim, size, shape):
    x, layer = np.arange(120.0).reshape(2, 12, 5), Unflatten(dim, size)
    y = layer.forward(x)
    np.testing.assert_array_equal(y, x.reshape(shape))
    np.testing.assert_array_equal(Flatten(1, len(size)).forward(y), x)
    np.testing.assert_array_equal(layer.backward(x, y), x)
    assert not np.shares_memory(y, x)


def test_where_the_batch_is_innermost_it_stays_so():
    x = np.arange(24.0).reshape(12, 2).T
    layer = Unflatten(1, (3, 2, 2))
    y = layer.forward(x)
    np.testing.assert_array_equal(y, x.reshape(2, 3, 2, 2))
    assert y.transpose(1, 2, 3, 0).flags.c_contiguous
    assert layer.backward(x, np.ascontiguousarray(y)).strides == x.strides


def test_refusals():
    for size in [(), (0, 6), (-1, -1), (2, -2)]:
        with pytest.raises(ValueError, match="Unflatten: expected unflattened_size to be positive lengths"):
            Unflatten(1, size)
    for layer, shape, what in [
        (Unflatten(1, (2, 3)), (2, 5), "length 6"),
        (Unflatten(1, (2, -1)), (2, 5), "a multiple of 2"),
        (Unflatten(2, (2, 3)), (2, 6), "length 6"),
    ]:
        with pytest.raises(ShapeError, match=f"expected input whose axis {layer.dim} has {what}, received"):
            layer.forward(np.ones(shape))
