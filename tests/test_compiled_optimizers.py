"""Optimizers in compiled steps: groups of parameters, and steps that evaluate the loss several times."""

import numpy as np
import pytest

from minnet_core import Sequential, compile
from minnet_criterions import ClassNLLCriterion
from minnet_layers import Linear, LogSoftMax, ReLU
from minnet_optimizers import LAMB, LBFGS, SGD, Adam, NAdam
from minnet_test_support.steps import called_step


def assert_alike(one, other, rtol):
    for name, array in one.namedParameters().items():
        np.testing.assert_allclose(other.namedParameters()[name], array, rtol, rtol, err_msg=name)


def batch(dtype):
    rng = np.random.default_rng(0)
    return rng.normal(size=(5, 3)).astype(dtype), rng.integers(0, 2, 5)


def network(width, dtype):
    return Sequential(Linear(3, width, rng=0, dtype=dtype), ReLU(), Linear(width, 2, rng=1, dtype=dtype), LogSoftMax())


@pytest.mark.parametrize("executor", ["numpy", "auto"])
@pytest.mark.parametrize("kind", [SGD, Adam, LAMB, NAdam])
def test_groups_are_honoured(executor, kind):
    """Also those that were set, or changed, after the step was compiled, and a twin in C steps for the optimizer."""
    model = network(40, "float32")
    twin = model.clone()
    optimizer, other = kind(model, lr=0.01), kind(twin, lr=0.01)
    compiled = compile(model, ClassNLLCriterion(), optimizer, executor=executor)
    input, target = batch("float32")
    for step in range(6):
        if step in (1, 4):
            for each in (optimizer, other):
                each.groups = [{"names": "*.b", "lr": 0.1, "weight_decay": 0.5}, {"names": "0", "frozen": step == 1}]
        compiled.step(input, target)
        called_step(twin, ClassNLLCriterion(), other, input, target)
    assert_alike(model, twin, 1e-5)


@pytest.mark.parametrize("executor", ["numpy", "auto"])
def test_an_optimizer_that_needs_a_closure_is_given_the_step(executor):
    model = network(4, "float64")
    twin = model.clone()
    optimizer, other = (LBFGS(each, line_search_fn="strong_wolfe", max_iter=3) for each in (model, twin))
    compiled, criterion = compile(model, ClassNLLCriterion(), optimizer, executor=executor), ClassNLLCriterion()
    input, target = batch("float64")

    def closure():
        twin.zeroGradParameters()
        loss = criterion.forward(twin.forward(input), target)
        twin.backwardParameters(input, criterion.backward(twin.output, target))
        return loss

    for _ in range(3):
        assert compiled.step(input, target) == pytest.approx(other.step(closure), rel=1e-9)
    assert_alike(model, twin, 1e-7)
    assert optimizer.evaluations == other.evaluations > 3
