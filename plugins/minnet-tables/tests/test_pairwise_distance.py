from __future__ import annotations

import math

import numpy as np
import pytest

from minnet_tables import PairwiseDistance

A, B = np.random.default_rng(0).standard_normal((2, 3, 4))


@pytest.mark.parametrize("p", [1, 2, 3, math.inf])
def test_what_moves_both_vectors_changes_nothing_and_the_dual_norm_of_a_gradient_is_one(p):
    layer = PairwiseDistance(p, eps=0.0)
    np.testing.assert_allclose(layer.forward((A + 7, B + 7)), np.linalg.norm(A - B, p, axis=1), rtol=1e-13)
    layer.forward((A, B))
    by_a, by_b = layer.backward((A, B), np.ones(3))
    np.testing.assert_array_equal(by_a, -by_b)
    dual = {1: math.inf, math.inf: 1}.get(p) or p / (p - 1)
    np.testing.assert_allclose(np.linalg.norm(by_a, dual, axis=1), 1, rtol=1e-13)


def test_the_largest_differences_share_the_gradient_and_without_any_there_is_none():
    layer, zeros = PairwiseDistance(math.inf, eps=0.0), np.zeros((2, 3))
    a = np.array([[2.0, -2.0, 1.0], [0.0, 0.0, 0.0]])
    layer.forward((a, zeros))
    np.testing.assert_array_equal(layer.backward((a, zeros), np.ones(2))[0], [[0.5, -0.5, 0], [0, 0, 0]])


def test_its_repr_tells_the_norm():
    assert [repr(PairwiseDistance(p)) for p in (2.0, 1, math.inf)] == [
        f"PairwiseDistance {p}" for p in ("2", "1", "inf")
    ]
