from __future__ import annotations

import numpy as np
from hypothesis import given, settings, strategies as st

from minnet_optimizers import Adagrad


def reference(theta, gradients, lr, lr_decay, weight_decay, initial, eps):
    theta, s = theta.copy(), initial
    for t, g in enumerate(gradients, 1):
        d = g + weight_decay * theta
        s = s + d**2
        theta = theta - lr / (1 + (t - 1) * lr_decay) * d / (np.sqrt(s) + eps)
    return theta


@settings(deadline=None)
@given(
    seed=st.integers(0, 2**32),
    lr=st.floats(0, 1),
    lr_decay=st.just(0.0) | st.floats(0, 10),
    weight_decay=st.just(0.0) | st.floats(0, 1),
    initial=st.just(0.0) | st.floats(0, 10),
    eps=st.floats(1e-10, 1),
)
def test_follows_its_formula(point, seed, lr, lr_decay, weight_decay, initial, eps):
    rng = np.random.default_rng(seed)
    start, gradients = rng.normal(size=5), rng.normal(size=(20, 5))
    module = point(start.copy())
    optimizer = Adagrad(module, lr, lr_decay, weight_decay, initial, eps)
    for gradient in gradients:
        module.take(optimizer, gradient)
    expected = reference(start, gradients, lr, lr_decay, weight_decay, initial, eps)
    np.testing.assert_allclose(module.parameters[0], expected, rtol=1e-9, atol=1e-9)


def test_the_initial_value_counts_once_in_every_block(point):
    module = point(np.zeros(70_000, np.float32))
    optimizer = Adagrad(module, initial_accumulator_value=4)
    for _ in range(3):
        module.take(optimizer, np.ones(70_000))
    np.testing.assert_array_equal(optimizer.state["square_sum"], np.full(70_000, 7, np.float32))
