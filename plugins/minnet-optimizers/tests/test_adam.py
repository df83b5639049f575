from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from minnet_optimizers import Adam

fractions = st.floats(0, 0.999)


def reference(theta, gradients, lr, beta1, beta2, eps, weight_decay):
    theta, m, v = theta.copy(), 0.0, 0.0
    for t, g in enumerate(gradients, 1):
        d = g + weight_decay * theta
        m = beta1 * m + (1 - beta1) * d
        v = beta2 * v + (1 - beta2) * d**2
        theta = theta - lr * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps)
    return theta


@settings(deadline=None)
@given(
    seed=st.integers(0, 2**32),
    lr=st.floats(0, 0.1),
    betas=st.tuples(fractions, fractions),
    eps=st.floats(1e-8, 1),
    weight_decay=st.just(0.0) | st.floats(0, 1),
)
def test_follows_its_formula(point, seed, lr, betas, eps, weight_decay):
    rng = np.random.default_rng(seed)
    start, gradients = rng.normal(size=5), rng.normal(size=(20, 5))
    module = point(start.copy())
    optimizer = Adam(module, lr, betas, eps, weight_decay)
    for gradient in gradients:
        module.take(optimizer, gradient)
    expected = reference(start, gradients, lr, *betas, eps, weight_decay)
    np.testing.assert_allclose(module.parameters[0], expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_first_step_is_the_learning_rate_whatever_the_gradient(point, dtype):
    module = point(np.zeros(4, dtype))
    module.take(Adam(module, lr=0.5), np.array([1e-3, 1e3, -1e-3, -1e3], dtype))
    np.testing.assert_allclose(module.parameters[0], [-0.5, -0.5, 0.5, 0.5], rtol=1e-4)


def test_a_gradient_of_zeros_changes_nothing_and_warns_of_nothing(point):
    module = point(np.array([1.0, -1.0], np.float32))
    with np.errstate(all="raise"):
        module.take(Adam(module), np.zeros(2))
    np.testing.assert_array_equal(module.parameters[0], [1, -1])


def test_betas_may_be_changed_between_steps(point):
    module = point(np.zeros(1))
    optimizer = Adam(module)
    optimizer.betas = [0.5, 0.75]
    assert optimizer.betas == (0.5, 0.75)
    module.take(optimizer, np.full(1, 2.0))
    np.testing.assert_array_equal(optimizer.state["m"], [1.0])
    np.testing.assert_array_equal(optimizer.state["v"], [1.0])
