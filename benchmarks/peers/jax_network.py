"""Networks and losses as functions of their parameters, for JAX."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from ..drawing import draw_weights
from ..workload import Layers, Spec
from .dispatch import lookup

_EPS = 1e-3

ACTIVATIONS = {
    "ELU": lambda x: jax.nn.elu(x),
    "GELU": lambda x: jax.nn.gelu(x, approximate=False),
    "Identity": lambda x: x,
    "LeakyReLU": lambda x: jax.nn.leaky_relu(x, 0.03),
    "LogSoftMax": lambda x: jax.nn.log_softmax(x),
    "ReLU": lambda x: jax.nn.relu(x),
    "SiLU": lambda x: jax.nn.silu(x),
    "Sigmoid": lambda x: jax.nn.sigmoid(x),
    "SoftMax": lambda x: jax.nn.softmax(x),
    "SoftPlus": lambda x: jax.nn.softplus(x),
    "Tanh": lambda x: jnp.tanh(x),
}

TRAINED = ("W", "b", "gamma", "beta")


def initial(specs: Layers) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the parameters of each layer, and its moving statistics."""
    drawn = [{name: jnp.asarray(value) for name, value in its.items()} for its in draw_weights(specs)]
    parameters = [{name: value for name, value in its.items() if name in TRAINED} for its in drawn]
    statistics = [{name: value for name, value in its.items() if name not in TRAINED} for its in drawn]
    return parameters, statistics


def apply_layer(spec: Spec, parameters: dict[str, Any], statistics: dict[str, Any], x: Any, key: Any) -> Any:
    """Compute one layer; in training mode if there is a ``key`` for random numbers.

    Returns:
        The output, and the new statistics.
    """
    if spec.name == "Linear":
        return x @ parameters["W"].T + parameters["b"], statistics
    if spec.name == "ChannelwiseScaling":
        return x * parameters["gamma"] + parameters["beta"], statistics
    if spec.name == "BatchNormalization":
        return _normalize(x, statistics, spec.arguments["alpha"], training=key is not None)
    if spec.name == "Dropout":
        p = spec.arguments["p"]
        if key is None or not p:
            return x, statistics
        kept = jax.random.bernoulli(key, 1 - p, x.shape)
        return jnp.where(kept, x / (1 - p), 0), statistics
    return lookup(ACTIVATIONS, spec.name)(x), statistics


def _normalize(x: Any, statistics: dict[str, Any], alpha: float, *, training: bool) -> Any:
    if not training:
        mean, variance = statistics["moving_mean"], statistics["moving_variance"]
        return (x - mean) * jax.lax.rsqrt(variance + _EPS), statistics
    mean, variance = x.mean(0), x.var(0)
    moved = {
        name: statistics[name] * alpha + batch * (1 - alpha)
        for name, batch in (("moving_mean", mean), ("moving_variance", variance))
        if name in statistics
    }
    return (x - mean) * jax.lax.rsqrt(variance + _EPS), moved


def apply_network(specs: Layers, parameters: Any, statistics: Any, x: Any, key: Any) -> Any:
    """Compute a network, and return its output and the new statistics of its layers."""
    keys = [None] * len(specs) if key is None else list(jax.random.split(key, len(specs)))
    moved = []
    for place, spec in enumerate(specs):
        x, its = apply_layer(spec, parameters[place], statistics[place], x, keys[place])
        moved.append(its)
    return x, moved


def nll(scores: Any, classes: Any) -> Any:
    """ClassNLL of class indices."""
    return -jnp.take_along_axis(scores, classes[:, None], axis=1).mean()


def nll_one_hot(scores: Any, target: Any) -> Any:
    """ClassNLL of rows of weights."""
    return -(target * scores).sum() / len(scores)


def _log(probabilities: Any) -> Any:
    return jnp.log(jnp.clip(probabilities, 1e-15, 1 - 1e-15))


LOSSES = {
    ("ClassNLLCriterion", "classes"): nll,
    ("ClassNLLCriterion", "one-hot"): nll_one_hot,
    ("ClassNLLCriterionUnstable", "classes"): lambda x, t: nll(_log(x), t),
    ("ClassNLLCriterionUnstable", "one-hot"): lambda x, t: nll_one_hot(_log(x), t),
    ("MSECriterion", "values"): lambda x, t: jnp.square(x - t).sum() / len(x),
}
