from __future__ import annotations

import numpy as np
from hypothesis import given, settings, strategies as st

from minnet_optimizers import Adadelta


def reference(theta, gradients, lr, rho, eps, weight_decay):
    v = u = 0.0
    for g in gradients:
        d = g + weight_decay * theta
        v = rho * v + (1 - rho) * d**2
        step = np.sqrt(u + eps) / np.sqrt(v + eps) * d
        u = rho * u + (1 - rho) * step**2
        theta = theta - lr * step
    return theta


@settings(deadline=None, max_examples=25)
@given(
    seed=st.integers(0, 2**32),
    lr=st.floats(0, 2),
    rho=st.floats(0, 0.999),
    eps=st.floats(1e-8, 1),
    weight_decay=st.just(0.0) | st.floats(0, 1),
)
def test_follows_its_formula(point, seed, lr, rho, eps, weight_decay):
    rng = np.random.default_rng(seed)
    start, gradients = rng.normal(size=5), rng.normal(size=(20, 5))
    module = point(start.copy())
    optimizer = Adadelta(module, lr, rho, eps, weight_decay)
    for gradient in gradients:
        module.take(optimizer, gradient)
    expected = reference(start, gradients, lr, rho, eps, weight_decay)
    np.testing.assert_allclose(module.parameters[0], expected, rtol=1e-9, atol=1e-9)


def test_the_scale_of_the_loss_does_not_matter(point):
    """Gradients a thousand times as large give the same steps, where epsilon is small beside their squares."""
    modules = point(np.zeros(3)), point(np.zeros(3))
    rng = np.random.default_rng(0)
    optimizers = [Adadelta(module, eps=1e-10) for module in modules]
    for gradient in rng.choice([-1.0, 1.0], (20, 3)) * rng.uniform(1, 2, (20, 3)):
        for module, optimizer, scale in zip(modules, optimizers, (1, 1000), strict=True):
            module.take(optimizer, scale * gradient)
    np.testing.assert_allclose(modules[0].parameters[0], modules[1].parameters[0], rtol=1e-6)
