from __future__ import annotations

import numpy as np
from hypothesis import given, settings, strategies as st

from minnet_optimizers import Rprop


def reference(theta, gradients, lr, etas, step_sizes):
    previous, sizes = np.zeros_like(theta), np.full_like(theta, lr)
    for g in gradients:
        sign = np.sign(g * previous)
        sizes = np.clip(sizes * np.select([sign > 0, sign < 0], [etas[1], etas[0]], 1), *step_sizes)
        previous = np.where(sign < 0, 0, g)
        theta = theta - np.sign(previous) * sizes
    return theta


@settings(deadline=None, max_examples=25)
@given(
    seed=st.integers(0, 2**32),
    lr=st.floats(0, 0.1),
    etas=st.tuples(st.floats(0.01, 0.99), st.floats(1.01, 3)),
    step_sizes=st.tuples(st.floats(0, 0.01), st.floats(0.01, 50)),
)
def test_follows_its_formula(point, seed, lr, etas, step_sizes):
    rng = np.random.default_rng(seed)
    start, gradients = rng.normal(size=5), rng.normal(size=(20, 5))
    module = point(start.copy())
    optimizer = Rprop(module, lr, etas, step_sizes)
    for gradient in gradients:
        module.take(optimizer, gradient)
    expected = reference(start, gradients, lr, etas, step_sizes)
    np.testing.assert_allclose(module.parameters[0], expected, rtol=1e-9, atol=1e-9)


def test_only_signs_of_gradients_count(point):
    modules = point(np.zeros(4, np.float32)), point(np.zeros(4, np.float32))
    rng = np.random.default_rng(0)
    optimizers = [Rprop(module) for module in modules]
    for gradient in rng.normal(size=(20, 4)):
        for module, optimizer, scale in zip(modules, optimizers, (1, 1e-30), strict=True):
            module.take(optimizer, scale * gradient)
    np.testing.assert_array_equal(*(module.parameters[0] for module in modules))


def test_a_parameter_waits_where_its_gradient_has_turned(point):
    module = point(np.zeros(1))
    optimizer, places = Rprop(module, lr=1.0), []
    for gradient in (1.0, 1.0, -1.0, -1.0, -1.0):
        module.take(optimizer, np.full(1, gradient))
        places.append(module.parameters[0].item())
    np.testing.assert_allclose(places, [-1, -2.2, -2.2, -1.6, -0.88])
