from __future__ import annotations

import numpy as np
import pytest

from minnet_core import ShapeError
from minnet_tables import CAddTable, ParallelTable
from minnet_test_support.components import DeclaredLinear, Identity

X, G = np.random.default_rng(0).standard_normal((2, 4, 3))


def test_each_module_has_an_element_of_its_own():
    one, other = (DeclaredLinear(3, 2, rng=seed, dtype=float) for seed in (0, 1))
    model = ParallelTable(one, other)
    received, expected = model.forward((X, G)), (one.clone().forward(X), other.clone().forward(G))
    np.testing.assert_array_equal(received, expected)
    g = np.ones((4, 2))
    gradients = model.backward((X, G), (g, 0 * g))
    np.testing.assert_array_equal(gradients, [g @ one.W, np.zeros((4, 3))])
    np.testing.assert_array_equal(one.gradW, g.T @ X)
    assert not other.gradW.any()


def test_elements_may_be_tables():
    model = ParallelTable(CAddTable(), Identity())
    total, same = model.forward(((X, G), X))
    np.testing.assert_array_equal([total, same], [X + G, X])
    (a, b), c = model.backward(((X, G), X), (G, X))
    np.testing.assert_array_equal([a, b, c], [G, G, X])


@pytest.mark.parametrize("wrong", [X, (X,), (X, X, X)])
def test_a_table_of_another_length_is_refused(wrong):
    with pytest.raises(ShapeError, match="ParallelTable: expected input to be a table of 2, received"):
        ParallelTable(Identity(), Identity()).forward(wrong)
