"""The seed notebook: its classes with its float64 parameters, and the homework's loop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from ..drawing import draw_batches, draw_criterion, draw_gradients, draw_passes, draw_weights, one_hot
from ..job import Job, UnsupportedError
from ..notebook import activations, criterions, layers, optimizers
from ..notebook.protocol import Module, Sequential
from ..workload import (
    CriterionPasses,
    Inference,
    LayerPasses,
    Layers,
    OptimizerSteps,
    Spec,
    Training,
    Workload,
    parameter_shapes,
)
from .dispatch import Builders, build, package_versions
from .stepping import InferenceJob, OptimizerJob, PassesJob, TrainingJob

_ADAM = {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}


def _make_layer(spec: Spec, weights: dict[str, Any]) -> Module:
    found = getattr(layers, spec.name, None) or getattr(activations, spec.name, None)
    if found is None:
        raise UnsupportedError(f"it has no {spec.name}")
    layer: Module = found(**spec.arguments)
    for name, value in weights.items():
        setattr(layer, name, value.astype(np.float64))  # which its constructor makes
    return layer


def _make_model(specs: Layers) -> Sequential:
    model = Sequential()
    for spec, weights in zip(specs, draw_weights(specs), strict=True):
        model.add(_make_layer(spec, weights))
    return model


def _make_optimizer(spec: Spec) -> Callable[[Any, Any], None]:
    arguments = spec.arguments
    config = {"learning_rate": arguments["lr"], "momentum": arguments.get("momentum", 0.0), **_ADAM}
    known = {"SGD": optimizers.sgd_momentum, "Adam": optimizers.adam_optimizer}
    if spec.name not in known:
        raise UnsupportedError(f"it has no {spec.name}")
    return partial(known[spec.name], config=config, state={})


class NotebookTraining(TrainingJob):
    """Targets are one-hot in float64, as np.eye gives them."""

    def __init__(self, workload: Training) -> None:
        self.model = _make_model(workload.layers)
        self.criterion = criterions.ClassNLLCriterion()
        self.optimize = _make_optimizer(workload.optimizer)
        n_in, classes = workload.layers[0].arguments["n_in"], workload.layers[-2].arguments["n_out"]
        batches = draw_batches((workload.batch, n_in), classes)
        self.batches = [(inputs, one_hot(labels, classes, np.float64)) for inputs, labels in batches]

    def step(self, index: int) -> Any:
        inputs, targets = self.batches[index % len(self.batches)]
        self.model.zeroGradParameters()
        predictions = self.model.forward(inputs)
        loss = self.criterion.forward(predictions, targets)
        self.model.backward(inputs, self.criterion.backward(predictions, targets))
        self.optimize(self.model.getParameters(), self.model.getGradParameters())
        return loss


class NotebookInference(InferenceJob):
    """forward in evaluation mode."""

    def __init__(self, workload: Inference) -> None:
        if workload.fused:
            raise UnsupportedError("it fuses nothing")
        self.model = _make_model(workload.layers)
        self.model.evaluate()
        self.batches = [inputs for inputs, _ in draw_batches((workload.batch, workload.layers[0].arguments["n_in"]), 2)]

    def step(self, index: int) -> Any:
        return self.model.forward(self.batches[index % len(self.batches)])


class NotebookLayer(PassesJob):
    """forward and backward."""

    def __init__(self, workload: LayerPasses) -> None:
        has_weights = bool(parameter_shapes(workload.layer))
        self.layer = _make_layer(workload.layer, draw_weights((workload.layer,))[0] if has_weights else {})
        self.input, self.gradOutput = draw_passes(workload)

    def step(self, index: int) -> None:
        self.layer.forward(self.input)
        self.layer.backward(self.input, self.gradOutput)

    def results(self) -> Sequence[Any]:
        self.step(0)
        return [self.layer.output, self.layer.gradInput, *self.layer.getGradParameters()]


class NotebookCriterion(PassesJob):
    """It takes one-hot targets alone, so class indices are written as such before the timing."""

    def __init__(self, workload: CriterionPasses) -> None:
        self.criterion = getattr(criterions, workload.criterion)()
        self.input, target = draw_criterion(workload)
        if workload.target == "classes":
            target = one_hot(target, workload.shape[1], np.float64)
        self.target = target

    def step(self, index: int) -> None:
        self.criterion.forward(self.input, self.target)
        self.criterion.backward(self.input, self.target)

    def results(self) -> Sequence[Any]:
        self.step(0)
        return [self.criterion.output, self.criterion.gradInput]


class NotebookOptimizer(OptimizerJob):
    """The function of the homework, over float64 parameters."""

    def __init__(self, workload: OptimizerSteps) -> None:
        self.model = _make_model(workload.layers)
        self.optimize = _make_optimizer(workload.optimizer)
        shapes = [shape for layer in workload.layers for shape in parameter_shapes(layer).values()]
        drawn = iter(draw_gradients(shapes))
        for held in self.model.getGradParameters():
            for gradient in held:
                gradient[...] = next(drawn)

    def step(self, index: int) -> None:
        self.optimize(self.model.getParameters(), self.model.getGradParameters())

    def parameters(self) -> list[Any]:
        return [parameter for its in self.model.getParameters() for parameter in its]


BUILDERS: Builders = {
    Training: NotebookTraining,
    Inference: NotebookInference,
    LayerPasses: NotebookLayer,
    CriterionPasses: NotebookCriterion,
    OptimizerSteps: NotebookOptimizer,
}


def prepare(workload: Workload) -> Job:
    """Make a workload ready."""
    return build(BUILDERS, workload)


def versions() -> dict[str, str]:
    """Return the versions at work."""
    return package_versions()
