"""Optimizers as functions, for JAX: ``(parameter, gradient, state, t) -> (parameter, state)``."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp

from ..workload import Spec
from .dispatch import lookup

Update = Callable[[Any, Any, Any, Any], tuple[Any, Any]]


def _sgd(p: Any, g: Any, state: Any, t: Any, *, lr: float, momentum: float = 0.0) -> tuple[Any, Any]:
    if not momentum:
        return p - lr * g, state
    velocity = momentum * state[0] + g
    return p - lr * velocity, (velocity,)


def _adam(p: Any, g: Any, state: Any, t: Any, *, lr: float, weight_decay: float = 0.0) -> tuple[Any, Any]:
    m = 0.9 * state[0] + 0.1 * g
    v = 0.999 * state[1] + 0.001 * g * g
    correction = jnp.sqrt(1 - 0.999**t)
    step = lr * correction / (1 - 0.9**t) * m / (jnp.sqrt(v) + 1e-8 * correction)
    return p * (1 - lr * weight_decay) - step, (m, v)


def _rmsprop(p: Any, g: Any, state: Any, t: Any, *, lr: float) -> tuple[Any, Any]:
    v = 0.99 * state[0] + 0.01 * g * g
    return p - lr * g / (jnp.sqrt(v) + 1e-8), (v,)


def _adagrad(p: Any, g: Any, state: Any, t: Any, *, lr: float) -> tuple[Any, Any]:
    total = state[0] + g * g
    return p - lr * g / (jnp.sqrt(total) + 1e-10), (total,)


_UPDATES = {
    "SGD": (_sgd, 0),
    "Adam": (_adam, 2),
    "AdamW": (_adam, 2),
    "RMSprop": (_rmsprop, 1),
    "Adagrad": (_adagrad, 1),
}
"""Name -> the function, and how many vectors of state it has without momentum."""


def make_optimizer(spec: Spec, parameters: Any) -> tuple[Callable[[Any, Any, Any, Any], Any], Any]:
    """Return a function of ``(parameters, gradients, state, t)``, and the state before the first step."""
    function, vectors = lookup(_UPDATES, spec.name)
    vectors += bool(spec.arguments.get("momentum"))
    update: Update = partial(function, **spec.arguments)
    leaves, structure = jax.tree.flatten(parameters)
    state = [tuple(jnp.zeros_like(leaf) for _ in range(vectors)) for leaf in leaves]

    def step(parameters: Any, gradients: Any, state: Any, t: Any) -> Any:
        pairs = zip(jax.tree.leaves(parameters), jax.tree.leaves(gradients), state, strict=True)
        moved = [update(p, g, its, t) for p, g, its in pairs]
        return jax.tree.unflatten(structure, [p for p, _ in moved]), [its for _, its in moved]

    return step, state
