from __future__ import annotations

import numpy as np
from hypothesis import given, settings, strategies as st

from minnet_optimizers import Adamax


def reference(theta, gradients, lr, betas, eps, weight_decay):
    beta1, beta2 = betas
    m = u = 0.0
    for t, g in enumerate(gradients, 1):
        d = g + weight_decay * theta
        m = beta1 * m + (1 - beta1) * d
        u = np.maximum(beta2 * u, np.abs(d) + eps)
        theta = theta - lr / (1 - beta1**t) * m / u
    return theta


@settings(deadline=None, max_examples=25)
@given(
    seed=st.integers(0, 2**32),
    lr=st.floats(0, 0.1),
    betas=st.tuples(st.floats(0, 0.999), st.floats(0, 0.999)),
    eps=st.floats(1e-8, 1),
    weight_decay=st.just(0.0) | st.floats(0, 1),
)
def test_follows_its_formula(point, seed, lr, betas, eps, weight_decay):
    rng = np.random.default_rng(seed)
    start, gradients = rng.normal(size=5), rng.normal(size=(20, 5))
    module = point(start.copy())
    optimizer = Adamax(module, lr, betas, eps, weight_decay)
    for gradient in gradients:
        module.take(optimizer, gradient)
    expected = reference(start, gradients, lr, betas, eps, weight_decay)
    np.testing.assert_allclose(module.parameters[0], expected, rtol=1e-9, atol=1e-9)


def test_one_large_gradient_makes_later_steps_small(point):
    module = point(np.zeros(2))
    optimizer = Adamax(module, lr=1.0, betas=(0.0, 0.5))
    for gradient in ([1.0, 64.0], [1.0, 1.0], [1.0, 1.0]):
        before = module.parameters[0].copy()
        module.take(optimizer, np.array(gradient))
    np.testing.assert_allclose(before - module.parameters[0], [1.0, 1 / 16], rtol=1e-6)
