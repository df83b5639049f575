from __future__ import annotations

import numpy as np
import pytest

from minnet_core import ShapeError, build, to_config
from minnet_tables import Transpose

X = np.arange(120.0).reshape(2, 3, 4, 5)


@pytest.mark.parametrize(
    ("axes", "order", "told"),
    [
        ((1, 2), (0, 2, 1, 3), "(1, 2)"),
        ((-1, 0), (3, 1, 2, 0), "(-1, 0)"),
        (((1, 2),), (0, 2, 1, 3), "(1, 2)"),
        (((1, 2), (2, 3)), (0, 2, 3, 1), "(1, 2), (2, 3)"),
        ((0, 2, 3, 1), (0, 2, 3, 1), "0, 2, 3, 1"),
        ((0, -1, 1, -2), (0, 3, 1, 2), "0, -1, 1, -2"),
    ],
)
def test_axes_are_swapped_by_pairs_or_put_into_an_order(axes, order, told):
    for layer in (Transpose(*axes), build(to_config(Transpose(*axes)))):
        np.testing.assert_array_equal(layer.forward(X), X.transpose(order))
        np.testing.assert_array_equal(layer.backward(X, layer.output), X)
        assert layer.output.flags.c_contiguous
        assert repr(layer) == f"Transpose {told}"


@pytest.mark.parametrize("axes", [(), (1,), (1, 2.5), ((1, 2), 3), (0, 1, 1), ((1, 2, 3),), ((1, 2), (3,)), ("ab",)])
def test_what_is_no_order_is_refused(axes):
    with pytest.raises(ValueError, match="expected two axes, pairs of axes, or a permutation of all axes, received"):
        Transpose(*axes)


def test_an_input_of_other_axes_is_refused():
    with pytest.raises(ShapeError, match="Transpose 0, 2, 1: expected input with 3 axes, received"):
        Transpose(0, 2, 1).forward(X)
    with pytest.raises(ShapeError, match=r"Transpose \(1, 4\): expected input with an axis 4, received"):
        Transpose(1, 4).forward(X)
    with pytest.raises(ShapeError, match="expected input with"):
        Transpose(0, -2, 1, 2).forward(X)
