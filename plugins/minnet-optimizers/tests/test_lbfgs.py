from __future__ import annotations

import copy

import numpy as np
import pytest

from minnet_core.state import optimizer_state, set_optimizer_state
from minnet_optimizers import LBFGS

CURVATURE = np.array([1.0, 10.0, 100.0, 1000.0])
GOAL = np.array([1.0, -2.0, 3.0, 0.5])


def bowl(module, calls=None):
    """A closure of a quadratic loss; it counts its calls."""

    def closure():
        if calls is not None:
            calls.append(module.parameters[0].copy())
        away = module.parameters[0] - GOAL
        module.gradients[0][...] = CURVATURE * away
        return float(CURVATURE @ away**2) / 2

    return closure


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_finds_the_minimum_of_a_quadratic_in_one_step(point, dtype):
    module = point(np.zeros(4, dtype))
    optimizer = LBFGS(module, line_search_fn="strong_wolfe")
    assert optimizer.step(bowl(module)) == pytest.approx(float(CURVATURE @ GOAL**2) / 2)
    np.testing.assert_allclose(module.parameters[0], GOAL, atol=1e-3)
    assert module.parameters[0].dtype == dtype
    assert {array.dtype for array in optimizer.inverse_hessian.steps} == {np.dtype(dtype)}


def test_calls_the_function_as_often_as_it_says_and_no_oftener_than_it_may(point):
    for options in ({"max_iter": 3}, {"line_search_fn": "strong_wolfe", "max_eval": 5}):
        module, calls = point(np.zeros(4)), []
        optimizer = LBFGS(module, lr=1e-4, tolerance_change=0.0, **options)
        optimizer.step(bowl(module, calls))
        assert len(calls) == optimizer.evaluations
        assert len(calls) <= optimizer.max_eval + 1


def test_a_step_without_a_closure_is_an_error_that_says_what_to_give(point):
    optimizer = LBFGS(point(np.zeros(4)))
    with pytest.raises(TypeError, match="^LBFGS lr=1: expected a closure, which computes gradients and the loss"):
        optimizer.step()
    assert optimizer.t == 0


def test_an_error_in_the_closure_leaves_everything_as_it_was(point):
    module = point(np.zeros(4))
    optimizer = LBFGS(module, lr=0.01, max_iter=4)
    optimizer.step(bowl(module))
    before, place, calls = copy.deepcopy(optimizer), module.parameters[0].copy(), []
    right = bowl(module, calls)

    def failing():
        if len(calls) == 2:
            raise KeyboardInterrupt
        return right()

    with pytest.raises(KeyboardInterrupt):
        optimizer.step(failing)
    np.testing.assert_array_equal(module.parameters[0], place)
    for one in (optimizer, before):
        one.step(bowl(one.module))
    np.testing.assert_array_equal(module.parameters[0], before.module.parameters[0])
    assert optimizer.t == before.t == 2


def test_a_state_has_the_history(point):
    module, other = point(np.zeros(4)), point(np.zeros(4))
    optimizer, twin = (LBFGS(each, lr=0.01, max_iter=3) for each in (module, other))
    optimizer.step(bowl(module))
    set_optimizer_state(twin, optimizer_state(optimizer))
    other.parameters[0][...] = module.parameters[0]
    for each, made in ((module, optimizer), (other, twin)):
        made.step(bowl(each))
    np.testing.assert_array_equal(module.parameters[0], other.parameters[0])
    assert len(twin.inverse_hessian.steps) == len(optimizer.inverse_hessian.steps) > 2


def test_it_remembers_as_many_pairs_as_it_may(point):
    module = point(np.zeros(4))
    optimizer = LBFGS(module, lr=1e-3, history_size=2, tolerance_change=0.0)
    optimizer.step(bowl(module))
    assert len(optimizer.inverse_hessian.steps) == len(optimizer.inverse_hessian.changes) == 2


def test_at_a_minimum_nothing_changes(point):
    module, calls = point(GOAL.copy()), []
    LBFGS(module).step(bowl(module, calls))
    np.testing.assert_array_equal(module.parameters[0], GOAL)
    assert len(calls) == 1


def test_a_loss_that_is_a_plane_gives_a_longer_step_rather_than_nan(point):
    module = point(np.zeros(2))

    def plane():
        module.gradients[0][...] = [1.0, -2.0]
        return float(module.parameters[0] @ [1.0, -2.0])

    LBFGS(module, line_search_fn="strong_wolfe", max_iter=2).step(plane)
    assert np.isfinite(module.parameters[0]).all()
    assert module.parameters[0][0] < 0 < module.parameters[0][1]


def test_other_optimizers_take_a_closure_too_and_return_its_loss(point):
    from minnet_optimizers import SGD

    module = point(np.zeros(4))
    assert SGD(module, lr=0.5).step(bowl(module)) == pytest.approx(float(CURVATURE @ GOAL**2) / 2)
    np.testing.assert_allclose(module.parameters[0], 0.5 * CURVATURE * GOAL)
