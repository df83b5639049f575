from __future__ import annotations

import numpy as np
import pytest

from minnet_core import ShapeError
from minnet_tables import Narrow

X = np.arange(24.0).reshape(2, 3, 4)


@pytest.mark.parametrize(
    ("arguments", "places"),
    [
        ((1, 1), np.s_[:, 1:2]),
        ((2, 0, 3), np.s_[:, :, :3]),
        ((-1, -3, 2), np.s_[..., 1:3]),
        ((1, 1, -1), np.s_[:, 1:]),
        ((2, 1, -2), np.s_[..., 1:-1]),
        ((0, 1, 1), np.s_[1:]),
    ],
)
def test_it_is_a_slice_and_what_is_left_out_has_no_gradient(arguments, places):
    layer, expected = Narrow(*arguments), np.zeros_like(X)
    expected[places] = X[places]
    np.testing.assert_array_equal(layer.forward(X), X[places])
    np.testing.assert_array_equal(layer.backward(X, layer.output), expected)
    assert not np.shares_memory(layer.output, X)


@pytest.mark.parametrize("arguments", [(1, 3), (1, -4), (1, 2, 2), (1, 0, -4), (3, 0), (-4, 0)])
def test_refusals(arguments):
    with pytest.raises(ShapeError, match=r"Narrow .*: expected input with .*, received \(2, 3, 4\) float64"):
        Narrow(*arguments).forward(X)
