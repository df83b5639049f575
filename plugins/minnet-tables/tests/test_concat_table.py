from __future__ import annotations

import numpy as np
import pytest

from minnet_core import Sequential, ShapeError
from minnet_tables import CAddTable, ConcatTable, Narrow
from minnet_test_support.components import Identity

X, G = np.random.default_rng(0).standard_normal((2, 4, 3))


def test_what_comes_back_on_all_ways_adds_up():
    model = ConcatTable(Identity(), Narrow(1, 0, 2), Identity())
    whole, part, again = model.forward(X)
    np.testing.assert_array_equal(part, X[:, :2])
    expected = G + 2 * G
    expected[:, :2] += 1
    np.testing.assert_allclose(model.backward(X, (G, np.ones((4, 2)), 2 * G)), expected, rtol=1e-14)
    assert not np.shares_memory(whole, again)


def test_a_residual_block_is_one_with_a_sum():
    model = Sequential(ConcatTable(Identity(), Identity()), CAddTable())
    np.testing.assert_array_equal(model.forward(X), 2 * X)
    np.testing.assert_array_equal(model.backward(X, G), 2 * G)


def test_a_table_goes_to_every_branch_and_its_gradients_add_up_nested_as_it_is():
    model = ConcatTable(ConcatTable(CAddTable()), CAddTable())
    ((one,), other) = model.forward((X, G))
    np.testing.assert_array_equal([one, other], [X + G, X + G])
    np.testing.assert_array_equal(model.backward((X, G), ((X,), G)), [X + G, X + G])


def test_what_a_single_branch_returns_is_not_passed_on_itself():
    class Careless(Identity):
        def updateGradInput(self, input, gradOutput):
            self.gradInput = gradOutput
            return gradOutput

    model = ConcatTable(Careless())
    model.forward(X)
    assert not np.shares_memory(model.backward(X, (G,)), G)


def test_a_branch_without_a_gradient_adds_nothing():
    class Lookup(Identity):
        def updateGradInput(self, input, gradOutput):
            return None

    for model in (ConcatTable(Lookup(), Identity()), ConcatTable(Identity(), Lookup(), Lookup())):
        output = model.forward(X)
        np.testing.assert_array_equal(model.updateGradInput(X, (G,) * len(output)), G)
    alone = ConcatTable(Lookup())
    alone.forward(X)
    assert alone.updateGradInput(X, (G,)) is None


@pytest.mark.parametrize("wrong", [(G,), (G, G, G), G, (G, G[:1]), (G, (G,))])
def test_a_gradient_of_another_structure_is_refused(wrong):
    model = ConcatTable(Identity(), Identity())
    model.forward(X)
    with pytest.raises(ShapeError, match="ConcatTable: expected gradOutput"):
        model.backward(X, wrong)
