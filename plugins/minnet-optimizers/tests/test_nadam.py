from __future__ import annotations

import numpy as np
from hypothesis import given, settings, strategies as st

from minnet_optimizers import NAdam


def reference(theta, gradients, lr, betas, eps, weight_decay, momentum_decay):
    beta1, beta2 = betas
    m = v = 0.0
    product = 1.0
    for t, g in enumerate(gradients, 1):
        d = g + weight_decay * theta
        m = beta1 * m + (1 - beta1) * d
        v = beta2 * v + (1 - beta2) * d**2
        now, ahead = (beta1 * (1 - 0.5 * 0.96 ** (s * momentum_decay)) for s in (t, t + 1))
        product *= now
        mixed = (1 - now) / (1 - product) * d + ahead / (1 - product * ahead) * m
        theta = theta - lr * mixed / (np.sqrt(v / (1 - beta2**t)) + eps)
    return theta


@settings(deadline=None, max_examples=25)
@given(
    seed=st.integers(0, 2**32),
    lr=st.floats(0, 0.1),
    betas=st.tuples(st.floats(0, 0.999), st.floats(0, 0.999)),
    eps=st.floats(1e-8, 1),
    weight_decay=st.just(0.0) | st.floats(0, 1),
    momentum_decay=st.floats(0, 10),
)
def test_follows_its_formula(point, seed, lr, betas, eps, weight_decay, momentum_decay):
    rng = np.random.default_rng(seed)
    start, gradients = rng.normal(size=5), rng.normal(size=(20, 5))
    module = point(start.copy())
    optimizer = NAdam(module, lr, betas, eps, weight_decay, momentum_decay)
    for gradient in gradients:
        module.take(optimizer, gradient)
    expected = reference(start, gradients, lr, betas, eps, weight_decay, momentum_decay)
    np.testing.assert_allclose(module.parameters[0], expected, rtol=1e-9, atol=1e-9)


def test_late_steps_need_no_product_of_all_momentums(point):
    """From some step on it is too small to change what it is subtracted from, and none is computed."""
    module = point(np.zeros(1))
    optimizer = NAdam(module, lr=1.0, betas=(0.5, 0.0))
    optimizer.t = 10**6
    module.take(optimizer, np.ones(1))
    np.testing.assert_allclose(module.parameters[0], [-(0.5 + 0.5 * 0.5)])


def test_decoupled_weight_decay_is_not_in_the_moments(point):
    module = point(np.ones(2))
    optimizer = NAdam(module, lr=0.5, weight_decay=0.2, decoupled_weight_decay=True)
    module.take(optimizer, np.zeros(2))
    np.testing.assert_allclose(module.parameters[0], 0.9)
    assert not optimizer.state["m"].any()
