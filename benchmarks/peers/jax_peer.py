"""JAX: everything that a step does is one function, compiled once; arrays that a step replaces are given back to it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..drawing import draw_batches, draw_criterion, draw_gradients, draw_passes
from ..job import Job
from ..workload import (
    CriterionPasses,
    Inference,
    LayerPasses,
    OptimizerSteps,
    Training,
    Workload,
)
from .dispatch import Builders, build, lookup, package_versions
from .jax_network import LOSSES, apply_layer, apply_network, initial, nll
from .jax_optimizers import make_optimizer
from .stepping import InferenceJob, OptimizerJob, PassesJob, TrainingJob

# XLA's own generator of random numbers: JAX's default, threefry, takes longer on a CPU.
jax.config.update("jax_default_prng_impl", "rbg")  # type: ignore[no-untyped-call]


class _Pending(Job):
    """JAX returns before it has computed."""

    pending: Any = None

    def finish(self) -> None:
        jax.block_until_ready(self.pending)  # type: ignore[no-untyped-call]


class JaxTraining(_Pending, TrainingJob):
    """Parameters, state of the optimizer, moving statistics, key and count go in and come out."""

    def __init__(self, workload: Training) -> None:
        specs = workload.layers
        parameters, statistics = initial(specs)
        update, state = make_optimizer(workload.optimizer, parameters)

        def loss_of(parameters: Any, statistics: Any, inputs: Any, labels: Any, key: Any) -> Any:
            scores, moved = apply_network(specs, parameters, statistics, inputs, key)
            return nll(scores, labels), moved

        @partial(jax.jit, donate_argnums=0)
        def step(carried: Any, inputs: Any, labels: Any) -> Any:
            parameters, state, statistics, key, t = carried
            key, used = jax.random.split(key)
            gradient = jax.value_and_grad(loss_of, has_aux=True)
            (loss, statistics), gradients = gradient(parameters, statistics, inputs, labels, used)
            parameters, state = update(parameters, gradients, state, t + 1)
            return (parameters, state, statistics, key, t + 1), loss

        self.compiled = step
        self.carried = (parameters, state, statistics, jax.random.key(0), jnp.float32(0))
        n_in, classes = specs[0].arguments["n_in"], specs[-2].arguments["n_out"]
        drawn = draw_batches((workload.batch, n_in), classes)
        self.batches = [(jnp.asarray(inputs), jnp.asarray(labels, jnp.int32)) for inputs, labels in drawn]

    def step(self, index: int) -> Any:
        self.carried, self.pending = self.compiled(self.carried, *self.batches[index % len(self.batches)])
        return self.pending


class JaxInference(_Pending, InferenceJob):
    """One compiled function, whose parameters are arguments; each answer is waited for, as a server must."""

    def __init__(self, workload: Inference) -> None:
        specs = workload.layers
        self.arrays = initial(specs)

        @jax.jit
        def forward(parameters: Any, statistics: Any, x: Any) -> Any:
            return apply_network(specs, parameters, statistics, x, None)[0]

        self.compiled = forward
        shape = workload.batch, specs[0].arguments["n_in"]
        self.batches = [jnp.asarray(inputs) for inputs, _ in draw_batches(shape, 2)]

    def step(self, index: int) -> Any:
        return self.compiled(*self.arrays, self.batches[index % len(self.batches)]).block_until_ready()


class JaxLayer(_Pending, PassesJob):
    """Both passes are one function; gradients of parameters are added to those that were."""

    def __init__(self, workload: LayerPasses) -> None:
        spec = workload.layer
        weights = {} if spec.name == "BatchNormalization" else initial((spec,))[0][0]

        @partial(jax.jit, donate_argnums=3)
        def passes(weights: Any, x: Any, g: Any, summed: Any, key: Any) -> Any:
            key, used = jax.random.split(key)
            output, pull = jax.vjp(lambda weights, x: apply_layer(spec, weights, {}, x, used)[0], weights, x)
            gradients, gradInput = pull(g)
            return output, gradInput, jax.tree.map(jnp.add, summed, gradients), key

        self.compiled = passes
        self.weights = weights
        self.summed = jax.tree.map(jnp.zeros_like, weights)
        self.input, self.gradOutput = map(jnp.asarray, draw_passes(workload))
        self.key = jax.random.key(0)

    def step(self, index: int) -> Any:
        self.pending = self.compiled(self.weights, self.input, self.gradOutput, self.summed, self.key)
        *_, self.summed, self.key = self.pending
        return self.pending

    def results(self) -> Sequence[Any]:
        output, gradInput, summed, _ = self.step(0)
        return [output, gradInput, *(summed[name] for name in ("W", "b", "gamma", "beta") if name in summed)]


class JaxCriterion(_Pending, PassesJob):
    """The loss and its gradient from one function."""

    def __init__(self, workload: CriterionPasses) -> None:
        loss = lookup(LOSSES, (workload.criterion, workload.target))  # type: ignore[arg-type]
        self.compiled = jax.jit(jax.value_and_grad(loss))
        self.arrays = [jnp.asarray(array) for array in draw_criterion(workload)]

    def step(self, index: int) -> Any:
        self.pending = self.compiled(*self.arrays)
        return self.pending

    def results(self) -> Sequence[Any]:
        return list(self.step(0))


class JaxOptimizer(_Pending, OptimizerJob):
    """step alone, over a list of parameters."""

    def __init__(self, workload: OptimizerSteps) -> None:
        trained = [its[name] for its in initial(workload.layers)[0] for name in its]
        self.gradients = [jnp.asarray(drawn) for drawn in draw_gradients([its.shape for its in trained])]
        update, state = make_optimizer(workload.optimizer, trained)

        @partial(jax.jit, donate_argnums=0)
        def step(carried: Any, gradients: Any) -> Any:
            parameters, state, t = carried
            return (*update(parameters, gradients, state, t + 1), t + 1)

        self.compiled = step
        self.pending = (trained, state, jnp.float32(0))

    def step(self, index: int) -> None:
        self.pending = self.compiled(self.pending, self.gradients)

    def parameters(self) -> list[Any]:
        return [np.array(parameter) for parameter in self.pending[0]]


BUILDERS: Builders = {
    Training: JaxTraining,
    Inference: JaxInference,
    LayerPasses: JaxLayer,
    CriterionPasses: JaxCriterion,
    OptimizerSteps: JaxOptimizer,
}


def prepare(workload: Workload) -> Job:
    """Make a workload ready."""
    return build(BUILDERS, workload)


def versions() -> dict[str, str]:
    """Return the versions at work."""
    return package_versions("jax", "jaxlib")
