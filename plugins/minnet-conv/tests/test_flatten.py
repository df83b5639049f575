from __future__ import annotations

import numpy as np
import pytest

from minnet_conv import Flatten
from minnet_core import ShapeError


@pytest.mark.parametrize(
    ("arguments", "shape"),
    [
        ((), (120,)),
        ((1,), (2, 60)),
        ((1, 2), (2, 12, 5)),
        ((-2,), (2, 3, 20)),
        ((0, -3), (6, 4, 5)),
        ((2, 2), (2, 3, 4, 5)),
    ],
)
def test_numbers_stay_in_their_order(arguments, shape):
    x, layer = np.arange(120.0).reshape(2, 3, 4, 5), Flatten(*arguments)
    np.testing.assert_array_equal(layer.forward(x), x.reshape(shape))
    np.testing.assert_array_equal(layer.backward(x, x.reshape(shape)), x)
    assert not np.shares_memory(layer.output, x)


def test_where_the_batch_is_innermost_it_stays_so():
    x = np.arange(120.0).reshape(3, 4, 5, 2).transpose(3, 0, 1, 2)
    layer = Flatten(1)
    y = layer.forward(x)
    np.testing.assert_array_equal(y, x.reshape(2, -1))
    assert y.flags.f_contiguous
    for g in (y, np.ascontiguousarray(y)):
        gradInput = layer.backward(x, g)
        np.testing.assert_array_equal(gradInput, x)
        assert gradInput.strides == x.strides
        assert not np.shares_memory(gradInput, g)


@pytest.mark.parametrize("dtype", [np.uint8, np.float16, np.float32, np.bool_])
def test_the_dtype_stays_what_it_is(dtype):
    assert Flatten().forward(np.ones((2, 2), dtype)).dtype == dtype


def test_refusals():
    with pytest.raises(ValueError, match="Flatten: expected end_dim not to come before start_dim, received 2, 1"):
        Flatten(2, 1)
    with pytest.raises(
        ShapeError, match=r"Flatten 1 to -1: expected input with axes 1 to -1, in this order, .* \(3,\)"
    ):
        Flatten(1).forward(np.ones(3))
    with pytest.raises(ShapeError, match="in this order"):
        Flatten(2, -2).forward(np.ones((1, 2, 3)))
    with pytest.raises(ShapeError, match=r"expected gradOutput \(2, 6\)"):
        Flatten(1).updateGradInput(np.ones((2, 3, 2)), np.ones((2, 3, 2)))
