from __future__ import annotations

import numpy as np
import pytest

from minnet_optimizers.line_search.inverse_hessian import InverseHessian


def pairs(count, seed=0):
    """Steps, and the changes of the gradient of a quadratic along them."""
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(5, 5))
    steps = rng.normal(size=(count, 5))
    return [(step, (root @ root.T + np.eye(5)) @ step) for step in steps]


def dense(given):
    """The matrix as the formula of BFGS makes it, of full size."""
    step, change = given[-1]
    matrix = step @ change / (change @ change) * np.eye(5)
    for step, change in given:
        left = np.eye(5) - np.outer(step, change) / (step @ change)
        matrix = left @ matrix @ left.T + np.outer(step, step) / (step @ change)
    return matrix


@pytest.mark.parametrize("count", [1, 2, 4])
def test_is_the_matrix_of_the_formula(count):
    given, hessian, vector = pairs(count), InverseHessian(), np.arange(5.0)
    for pair in given:
        hessian.add(*pair, 10)
    np.testing.assert_allclose(hessian.times(vector.copy()), dense(given) @ vector, rtol=1e-9)
    step, change = given[-1]
    np.testing.assert_allclose(hessian.times(change.copy()), step, rtol=1e-9)


def test_the_first_pairs_are_forgotten():
    given, hessian, vector = pairs(4), InverseHessian(), np.arange(5.0)
    for pair in given:
        hessian.add(*pair, 2)
    np.testing.assert_allclose(hessian.times(vector.copy()), dense(given[-2:]) @ vector, rtol=1e-9)


def test_a_pair_along_which_the_gradient_does_not_grow_is_left_out():
    hessian = InverseHessian()
    hessian.add(np.array([1.0, 0.0]), np.array([-1.0, 0.0]), 5)
    hessian.add(np.array([1.0, 0.0]), np.array([0.0, 1.0]), 5)
    assert hessian.steps == []
    np.testing.assert_array_equal(hessian.times(np.array([1.0, 2.0])), [1.0, 2.0])
