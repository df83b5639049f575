from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

from minnet_core import Module, Optimizer, Sequential
from minnet_core.nn.optimizer import BLOCK


class Momentum(Optimizer):
    STATE = ("velocity",)

    def __init__(self, module, rate=0.5):
        super().__init__(module)
        self.rate, self.sizes = rate, []

    def update(self, parameters, gradients, velocity):
        self.sizes.append(parameters.size)
        velocity *= 0.5
        velocity += gradients
        parameters -= self.rate * velocity


class Vector(Module):
    PARAMETERS = {"w": "gradW"}

    def __init__(self, n, dtype=np.float32):
        super().__init__()
        self.w, self.gradW = np.arange(n, dtype=dtype), np.ones(n, dtype)


def test_steps_follow_the_formula_and_leave_gradients():
    module = Vector(3)
    optimizer = Momentum(module)
    optimizer.step()
    optimizer.step()
    np.testing.assert_array_equal(module.w, np.arange(3) - 0.5 - 0.5 * 1.5)
    np.testing.assert_array_equal(optimizer.state["velocity"], [1.5] * 3)
    np.testing.assert_array_equal(module.gradW, [1] * 3)
    assert optimizer.t == 2


@pytest.mark.parametrize("n", [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK + 5])
def test_blocks_cover_every_element_once(n):
    module = Vector(n, np.float64)
    optimizer = Momentum(module)
    optimizer.step()
    np.testing.assert_array_equal(module.w, np.arange(n) - 0.5)
    assert sum(optimizer.sizes) == n
    assert max(optimizer.sizes, default=0) <= BLOCK


def test_step_counter_is_one_within_the_first_step():
    seen = []

    class Counter(Optimizer):
        def update(self, parameters, gradients):
            seen.append(self.t)

    Counter(Vector(2)).step()
    assert seen == [1]


def test_parameters_of_one_optimizer_are_those_of_all_modules(Linear):
    model = Sequential(Linear(3, 2), Linear(2, 1))
    Momentum(model, rate=0.0).step()
    assert model.flattenParameters()[0].size == 11


def test_conversion_of_the_module_takes_the_state_along():
    module = Vector(3)
    optimizer = Momentum(module)
    optimizer.step()
    module.astype(np.float64)
    optimizer.step()
    assert optimizer.state["velocity"].dtype == np.float64
    np.testing.assert_array_equal(optimizer.state["velocity"], [1.5] * 3)


def test_another_number_of_parameters_is_an_error_and_no_step(Linear):
    model = Sequential(Linear(3, 2))
    optimizer = Momentum(model)
    optimizer.step()
    model.add(Linear(2, 1))
    before = model[0].W.copy()
    with pytest.raises(ValueError, match="Momentum: expected the 8 parameters of the last step, received 11"):
        optimizer.step()
    assert optimizer.t == 1
    np.testing.assert_array_equal(model[0].W, before)


@pytest.mark.parametrize("value", [None, [np.ones(2)], Vector])
def test_only_a_module_can_be_trained(value):
    with pytest.raises(TypeError, match="Momentum: expected a Module to train, received"):
        Momentum(value)


def test_update_must_be_defined():
    with pytest.raises(NotImplementedError, match=r"Optimizer must define update\(parameters, gradients, \*state\)"):
        Optimizer(Vector(2)).step()


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda o: pickle.loads(pickle.dumps(o))])
def test_copy_trains_the_copied_module_only(duplicate):
    optimizer = Momentum(Vector(3))
    optimizer.step()
    twin = duplicate(optimizer)
    twin.step()
    np.testing.assert_array_equal(optimizer.module.w, np.arange(3) - 0.5)
    np.testing.assert_array_equal(twin.module.w, np.arange(3) - 0.5 - 0.75)
