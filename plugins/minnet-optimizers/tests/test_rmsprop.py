from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from minnet_optimizers import RMSprop


def reference(theta, gradients, lr, alpha, eps, weight_decay, momentum, centered):
    theta, v, a, u = theta.copy(), 0.0, 0.0, 0.0
    for g in gradients:
        d = g + weight_decay * theta
        v = alpha * v + (1 - alpha) * d**2
        a = alpha * a + (1 - alpha) * d
        u = momentum * u + d / (np.sqrt(v - a**2 if centered else v) + eps)
        theta = theta - lr * u
    return theta


@settings(deadline=None)
@given(
    seed=st.integers(0, 2**32),
    lr=st.floats(0, 0.1),
    alpha=st.floats(0.5, 0.999),
    eps=st.floats(1e-8, 1),
    weight_decay=st.just(0.0) | st.floats(0, 1),
    momentum=st.just(0.0) | st.floats(0, 0.99),
    centered=st.booleans(),
)
def test_follows_its_formula(point, seed, lr, alpha, eps, weight_decay, momentum, centered):
    rng = np.random.default_rng(seed)
    start, gradients = rng.normal(size=5), rng.normal(size=(20, 5))
    module = point(start.copy())
    optimizer = RMSprop(module, lr, alpha, eps, weight_decay, momentum, centered)
    for gradient in gradients:
        module.take(optimizer, gradient)
    expected = reference(start, gradients, lr, alpha, eps, weight_decay, momentum, centered)
    np.testing.assert_allclose(module.parameters[0], expected, rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({}, {"square_average"}),
        ({"centered": True}, {"square_average", "average"}),
        ({"momentum": 0.9}, {"square_average", "velocity"}),
        ({"momentum": 0.9, "centered": True}, {"square_average", "average", "velocity"}),
    ],
)
def test_keeps_only_the_vectors_that_its_options_need(point, options, names):
    module = point(np.ones(3))
    optimizer = RMSprop(module, **options)
    module.take(optimizer, np.ones(3))
    assert set(optimizer.state) == names


def test_options_may_be_set_between_steps(point):
    rng = np.random.default_rng(0)
    module = point(np.zeros(3))
    optimizer = RMSprop(module)
    for momentum, centered in [(0, False), (0.9, False), (0.9, True), (0, True), (0.5, False)]:
        optimizer.momentum, optimizer.centered = momentum, centered
        module.take(optimizer, rng.normal(size=3))
    assert np.isfinite(module.parameters[0]).all()
    # None of the vectors took the place of another.
    assert (optimizer.state["square_average"] > 0).all()
    assert (np.abs(optimizer.state["average"]) < 1).all()
    assert (np.abs(optimizer.state["velocity"]) > 1).any()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_variance_that_rounds_below_zero_gives_no_nan(point, dtype):
    module = point(np.zeros(100, dtype))
    optimizer = RMSprop(module, alpha=0.5, centered=True, eps=1.0)
    gradient = np.random.default_rng(0).normal(size=100)
    with np.errstate(invalid="raise", divide="raise", over="raise"):
        for _ in range(200):
            module.take(optimizer, gradient)
    average, square_average = optimizer.state["average"], optimizer.state["square_average"]
    assert (square_average - average * average < 0).any()  # the case is there
    assert np.isfinite(module.parameters[0]).all()
