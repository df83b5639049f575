from __future__ import annotations

import numpy as np
from hypothesis import given, settings, strategies as st

from minnet_optimizers import RAdam


def reference(theta, gradients, lr, betas, eps, weight_decay):
    beta1, beta2 = betas
    m = v = 0.0
    longest = 2 / (1 - beta2) - 1
    for t, g in enumerate(gradients, 1):
        d = g + weight_decay * theta
        m = beta1 * m + (1 - beta1) * d
        v = beta2 * v + (1 - beta2) * d**2
        rho = longest - 2 * t * beta2**t / (1 - beta2**t)
        step = m / (1 - beta1**t)
        if rho > 5:
            r = np.sqrt((rho - 4) * (rho - 2) * longest / ((longest - 4) * (longest - 2) * rho))
            step = step * r * np.sqrt(1 - beta2**t) / (np.sqrt(v) + eps)
        theta = theta - lr * step
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
    optimizer = RAdam(module, lr, betas, eps, weight_decay)
    for gradient in gradients:
        module.take(optimizer, gradient)
    expected = reference(start, gradients, lr, betas, eps, weight_decay)
    np.testing.assert_allclose(module.parameters[0], expected, rtol=1e-9, atol=1e-9)


def test_first_steps_are_as_large_as_the_gradient_and_later_ones_are_not(point):
    """With the usual betas the sixth step is the first that is rectified."""
    module = point(np.zeros(1))
    optimizer, sizes = RAdam(module, lr=1.0), []
    for _ in range(6):
        before = module.parameters[0].copy()
        module.take(optimizer, np.full(1, 1000.0))
        sizes.append(abs(module.parameters[0] - before).item())
    np.testing.assert_allclose(sizes[:5], 1000.0)
    assert sizes[5] < 1
