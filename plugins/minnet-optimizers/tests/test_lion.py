from __future__ import annotations

import numpy as np
from hypothesis import given, settings, strategies as st

from minnet_optimizers import Lion


def reference(theta, gradients, lr, betas, weight_decay):
    beta1, beta2 = betas
    m = np.zeros_like(theta)
    for g in gradients:
        theta = theta - lr * (np.sign(beta1 * m + (1 - beta1) * g) + weight_decay * theta)
        m = beta2 * m + (1 - beta2) * g
    return theta


@settings(deadline=None, max_examples=25)
@given(
    seed=st.integers(0, 2**32),
    lr=st.floats(0, 0.1),
    betas=st.tuples(st.floats(0, 0.999), st.floats(0, 0.999)),
    weight_decay=st.just(0.0) | st.floats(0, 1),
)
def test_follows_its_formula(point, seed, lr, betas, weight_decay):
    rng = np.random.default_rng(seed)
    start, gradients = rng.normal(size=5), rng.normal(size=(20, 5))
    module = point(start.copy())
    optimizer = Lion(module, lr, betas, weight_decay)
    for gradient in gradients:
        module.take(optimizer, gradient)
    expected = reference(start, gradients, lr, betas, weight_decay)
    np.testing.assert_allclose(module.parameters[0], expected, rtol=1e-9, atol=1e-9)


def test_every_element_moves_by_the_learning_rate(point):
    module = point(np.zeros(3, np.float32))
    module.take(Lion(module, lr=0.5), np.array([1e-30, -1e30, 0.0], np.float32))
    np.testing.assert_array_equal(module.parameters[0], np.array([-0.5, 0.5, 0.0], np.float32))
