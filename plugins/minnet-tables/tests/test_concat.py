from __future__ import annotations

import numpy as np
import pytest

from minnet_core import Sequential, ShapeError
from minnet_tables import CAddTable, Concat, ConcatTable, JoinTable, Narrow
from minnet_test_support.components import Identity

X = np.random.default_rng(0).standard_normal((2, 3, 4))


@pytest.mark.parametrize("axis", [0, 1, 2, -1, -3])
def test_it_is_concat_table_and_join_table(axis):
    one = Concat(axis, Identity(), Narrow(axis, 1), Identity())
    other = Sequential(ConcatTable(Identity(), Narrow(axis, 1), Identity()), JoinTable(axis))
    y = one.forward(X)
    np.testing.assert_array_equal(y, other.forward(X))
    np.testing.assert_array_equal(one.backward(X, y), other.backward(X, y))


def test_outputs_that_differ_in_another_axis_are_refused():
    with pytest.raises(
        ShapeError, match=r"Concat 1: expected the outputs .* differ in axis 1 alone, received \(\(2, 3, 4"
    ):
        Concat(1, Identity(), Narrow(2, 1)).forward(X)
    with pytest.raises(ShapeError, match="Concat 5: expected the outputs of its modules with an axis 5, received"):
        Concat(5, Identity()).forward(X)
    with pytest.raises(ShapeError, match="Concat 1: expected the outputs of its modules to be a table of arrays"):
        Concat(1, ConcatTable(Identity())).forward(X)


def test_modules_may_take_a_table():
    model = Concat(1, CAddTable(), CAddTable())
    np.testing.assert_array_equal(model.forward((X, X)), np.concatenate([2 * X, 2 * X], axis=1))
    ones = np.ones((2, 6, 4))
    np.testing.assert_array_equal(model.backward((X, X), ones), np.full((2, 2, 3, 4), 2.0))


def test_modules_are_added_later_too():
    model = Concat(1).add(Identity()).add(Narrow(1, 0))
    assert model.forward(X).shape == (2, 4, 4)
