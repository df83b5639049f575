from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from minnet_optimizers import LAMB

fractions = st.floats(0, 0.999)


def reference(thetas, gradients, lr, betas, eps, weight_decay):
    """Algorithm 2 of the paper, word for word, of a list of parameters."""
    beta1, beta2 = betas
    thetas = [theta.copy() for theta in thetas]
    m, v = [0.0] * len(thetas), [0.0] * len(thetas)
    for t, given_ in enumerate(gradients, 1):
        for i, g in enumerate(given_):
            m[i] = beta1 * m[i] + (1 - beta1) * g
            v[i] = beta2 * v[i] + (1 - beta2) * g**2
            ratio = m[i] / (1 - beta1**t) / (np.sqrt(v[i] / (1 - beta2**t)) + eps)
            step = ratio + weight_decay * thetas[i]
            own, moved = np.linalg.norm(thetas[i]), np.linalg.norm(step)
            thetas[i] = thetas[i] - lr * (own / moved if own > 0 and moved > 0 else 1.0) * step
    return thetas


@settings(deadline=None, max_examples=20)
@given(
    seed=st.integers(0, 2**32),
    lr=st.floats(0, 0.1),
    betas=st.tuples(fractions, fractions),
    eps=st.floats(1e-8, 1),
    weight_decay=st.just(0.0) | st.floats(0, 1),
)
def test_follows_the_paper_parameter_by_parameter(point, seed, lr, betas, eps, weight_decay):
    """Over 100 steps; the third parameter begins with zeros."""
    rng = np.random.default_rng(seed)
    start = [rng.normal(size=(3, 2)), rng.normal(size=4) * 100, np.zeros(2)]
    gradients = [[rng.normal(size=each.shape) for each in start] for _ in range(100)]
    module = point(*(each.copy() for each in start))
    optimizer = LAMB(module, lr, betas, eps, weight_decay)
    for each in gradients:
        module.take(optimizer, *each)
    for ours, theirs in zip(module.parameters, reference(start, gradients, lr, betas, eps, weight_decay), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-9)


def test_a_parameter_without_elements_is_passed_over(point):
    module = point(np.ones((0, 3)), np.ones(2))
    module.take(LAMB(module, lr=0.5, weight_decay=0.0), np.ones((0, 3)), np.ones(2))
    np.testing.assert_allclose(module.parameters[1], 0.5, rtol=1e-5)


@pytest.mark.parametrize("scale", [1e-25, 1.0, 1e25])
def test_norms_whose_squares_float32_cannot_hold_are_right(point, scale):
    module = point(np.full(4, scale, np.float32))
    with np.errstate(over="raise", invalid="raise"):
        module.take(LAMB(module, lr=0.5, weight_decay=0.0), np.ones(4))
    np.testing.assert_allclose(module.parameters[0], np.full(4, scale / 2), rtol=1e-5)
