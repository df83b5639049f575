from __future__ import annotations

import numpy as np
from hypothesis import given, settings, strategies as st

from minnet_optimizers import Adam, AdamW

fractions = st.floats(0, 0.999)


def reference(theta, gradients, lr, beta1, beta2, eps, weight_decay):
    theta, m, v = theta.copy(), 0.0, 0.0
    for t, g in enumerate(gradients, 1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        adapted = (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps)
        theta = theta - lr * (adapted + weight_decay * theta)
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
    optimizer = AdamW(module, lr, betas, eps, weight_decay)
    for gradient in gradients:
        module.take(optimizer, gradient)
    expected = reference(start, gradients, lr, *betas, eps, weight_decay)
    np.testing.assert_allclose(module.parameters[0], expected, rtol=1e-9, atol=1e-9)


def test_decays_unless_told_otherwise(point):
    module = point(np.ones(1))
    module.take(AdamW(module, lr=0.5), np.zeros(1))
    np.testing.assert_allclose(module.parameters[0], [1 - 0.5 * 0.01])


def test_without_weight_decay_is_adam_bit_for_bit(point):
    rng = np.random.default_rng(0)
    start, gradients = rng.normal(size=7), rng.normal(size=(10, 7))
    modules = point(start.copy()), point(start.copy())
    optimizers = Adam(modules[0]), AdamW(modules[1], weight_decay=0)
    for gradient in gradients:
        for module, optimizer in zip(modules, optimizers, strict=True):
            module.take(optimizer, gradient)
    np.testing.assert_array_equal(modules[0].parameters[0], modules[1].parameters[0])
