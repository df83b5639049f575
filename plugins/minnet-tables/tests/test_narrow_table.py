from __future__ import annotations

import numpy as np
import pytest

from minnet_core import ShapeError
from minnet_tables import NarrowTable

TABLE = tuple(np.full((2, n), float(n)) for n in (1, 2, 3, 4))


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [((1,), TABLE[1:2]), ((0, 3), TABLE[:3]), ((2, -1), TABLE[2:]), ((0, -2), TABLE[:-1]), ((-3, 2), TABLE[1:3])],
)
def test_it_is_a_slice(arguments, expected):
    layer = NarrowTable(*arguments)
    received = layer.forward(TABLE)
    gradients = layer.backward(TABLE, received)
    for array, its in zip(received, expected, strict=True):
        np.testing.assert_array_equal(array, its)
    for gradient, its in zip(gradients, TABLE, strict=True):
        np.testing.assert_array_equal(gradient, its if any(its is each for each in expected) else 0 * its)


@pytest.mark.parametrize("arguments", [(4,), (-5,), (3, 2), (0, -5)])
def test_there_must_be_so_many(arguments):
    with pytest.raises(ShapeError, match="NarrowTable .*: expected input with"):
        NarrowTable(*arguments).forward(TABLE)
