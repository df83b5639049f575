from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from minnet_optimizers import SGD

rates = st.floats(0, 1)


def reference(theta, gradients, lr, momentum, nesterov, weight_decay):
    theta, u = theta.copy(), 0.0
    for g in gradients:
        d = g + weight_decay * theta
        u = momentum * u + d
        theta = theta - lr * (d + momentum * u if nesterov else u)
    return theta


@settings(deadline=None)
@given(seed=st.integers(0, 2**32), lr=rates, momentum=rates, nesterov=st.booleans(), weight_decay=rates)
def test_follows_its_formula(point, seed, lr, momentum, nesterov, weight_decay):
    rng = np.random.default_rng(seed)
    start, gradients = rng.normal(size=5), rng.normal(size=(20, 5))
    module = point(start.copy())
    nesterov = nesterov and momentum > 0
    optimizer = SGD(module, lr, momentum, nesterov, weight_decay)
    for gradient in gradients:
        module.take(optimizer, gradient)
    expected = reference(start, gradients, lr, momentum, nesterov, weight_decay)
    np.testing.assert_allclose(module.parameters[0], expected, rtol=1e-9, atol=1e-9)


def test_keeps_no_vector_without_momentum(point):
    module = point(np.ones(3))
    optimizer = SGD(module, weight_decay=0.1)
    module.take(optimizer, np.ones(3))
    assert optimizer.state == {}


def test_momentum_may_be_set_after_steps_without_it(point):
    module = point(np.zeros(1))
    optimizer = SGD(module, lr=1.0)
    module.take(optimizer, np.ones(1))
    optimizer.momentum = 0.5
    module.take(optimizer, np.ones(1))
    module.take(optimizer, np.ones(1))
    np.testing.assert_array_equal(module.parameters[0], [-(1 + 1 + 1.5)])
    np.testing.assert_array_equal(optimizer.state["velocity"], [1.5])


def test_a_new_learning_rate_holds_for_past_gradients_too(point):
    module = point(np.zeros(1))
    optimizer = SGD(module, lr=1.0, momentum=0.5)
    module.take(optimizer, np.ones(1))
    optimizer.lr = 0.0
    module.take(optimizer, np.ones(1))
    np.testing.assert_array_equal(module.parameters[0], [-1.0])


def test_nesterov_needs_momentum(point):
    with pytest.raises(
        ValueError, match=r"^SGD: expected momentum above 0 with nesterov=True, received momentum=0\.0$"
    ):
        SGD(point(np.ones(1)), nesterov=True)
