"""minnet: the loop that its documentation shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

import minnet_core
from minnet_core import Module, Sequential, criterions, layers, optimizers

from ..drawing import curvatures, draw_batches, draw_criterion, draw_gradients, draw_passes, draw_weights, one_hot
from ..job import Job
from ..workload import (
    CriterionExample,
    CriterionPasses,
    Inference,
    LayerExample,
    LayerPasses,
    Layers,
    OptimizerSteps,
    Spec,
    Training,
    Workload,
    parameter_shapes,
)
from .dispatch import Builders, build, package_versions
from .minnet_examples import MinnetCriterionExample, MinnetLayerExample
from .stepping import InferenceJob, OptimizerJob, PassesJob, TrainingJob


def make_model(specs: Layers) -> Sequential:
    """Make a network with the weights that all peers start from."""
    model = Sequential()
    for spec, weights in zip(specs, draw_weights(specs), strict=True):
        model.add(_make_layer(spec, weights))
    return model


def _make_layer(spec: Spec, weights: dict[str, Any]) -> Module:
    layer: Module = layers[spec.name](**spec.arguments)
    for name, value in weights.items():
        setattr(layer, name, value)
    return layer


class MinnetTraining(TrainingJob):
    """Targets are one-hot, as minnet-train makes them."""

    def __init__(self, workload: Training) -> None:
        self.model = make_model(workload.layers)
        self.criterion = criterions["ClassNLLCriterion"]()
        spec = workload.optimizer
        self.optimizer = optimizers[spec.name](self.model, **spec.arguments)
        n_in, classes = workload.layers[0].arguments["n_in"], workload.layers[-2].arguments["n_out"]
        batches = draw_batches((workload.batch, n_in), classes)
        self.batches = [(inputs, one_hot(labels, classes)) for inputs, labels in batches]

    def step(self, index: int) -> float:
        inputs, targets = self.batches[index % len(self.batches)]
        self.model.zeroGradParameters()
        outputs = self.model.forward(inputs)
        loss: float = self.criterion.forward(outputs, targets)
        self.model.backwardParameters(inputs, self.criterion.backward(outputs, targets))
        self.optimizer.step()
        return loss


class MinnetInference(InferenceJob):
    """With ``fuse``, if the core has it and the workload allows it."""

    def __init__(self, workload: Inference) -> None:
        model: Any = make_model(workload.layers)
        model.evaluate()
        fuse = getattr(minnet_core, "fuse", None)
        if workload.fused:
            self.note = "minnet_core.fuse" if fuse else "not fused: minnet_core has no fuse"
            model = fuse(model) if fuse else model
        self.model = model
        self.batches = [inputs for inputs, _ in draw_batches((workload.batch, workload.layers[0].arguments["n_in"]), 2)]

    def step(self, index: int) -> Any:
        return self.model.forward(self.batches[index % len(self.batches)])


class MinnetLayer(PassesJob):
    """forward and backward."""

    def __init__(self, workload: LayerPasses) -> None:
        self.layer = _make_layer(workload.layer, draw_weights((workload.layer,))[0] if _has_weights(workload) else {})
        self.input, self.gradOutput = draw_passes(workload)

    def step(self, index: int) -> None:
        self.layer.forward(self.input)
        self.layer.backward(self.input, self.gradOutput)

    def results(self) -> Sequence[Any]:
        self.step(0)
        return [self.layer.output, self.layer.gradInput, *self.layer.getGradParameters()]


class MinnetCriterion(PassesJob):
    """forward and backward."""

    def __init__(self, workload: CriterionPasses) -> None:
        self.criterion = criterions[workload.criterion]()
        self.input, self.target = draw_criterion(workload)

    def step(self, index: int) -> None:
        self.criterion.forward(self.input, self.target)
        self.criterion.backward(self.input, self.target)

    def results(self) -> Sequence[Any]:
        self.step(0)
        return [self.criterion.output, self.criterion.gradInput]


class MinnetOptimizer(OptimizerJob):
    """step alone."""

    def __init__(self, workload: OptimizerSteps) -> None:
        self.model = make_model(workload.layers)
        self.optimizer = optimizers[workload.optimizer.name](self.model, **workload.optimizer.arguments)
        shapes = [shape for layer in workload.layers for shape in parameter_shapes(layer).values()]
        held = self.model.namedGradParameters().values()
        drawn = draw_gradients(shapes)
        for gradient, its in zip(held, drawn, strict=True):
            gradient[...] = its
        self.curvatures = curvatures(drawn)
        self.arguments = (self.closure,) if workload.has_closure else ()

    def step(self, index: int) -> None:
        self.optimizer.step(*self.arguments)

    def closure(self) -> float:
        """Compute gradients of the quadratic function."""
        held = self.parameters(), self.model.namedGradParameters().values(), self.curvatures
        for parameter, gradient, curvature in zip(*held, strict=True):
            np.add(parameter, 1, out=gradient)
            gradient *= curvature
        return 0.0  # which is read only to end a step early

    def parameters(self) -> list[Any]:
        return list(self.model.namedParameters().values())


def _has_weights(workload: LayerPasses) -> bool:
    return bool(parameter_shapes(workload.layer))


BUILDERS: Builders = {
    Training: MinnetTraining,
    Inference: MinnetInference,
    LayerPasses: MinnetLayer,
    CriterionPasses: MinnetCriterion,
    OptimizerSteps: MinnetOptimizer,
    LayerExample: MinnetLayerExample,
    CriterionExample: MinnetCriterionExample,
}


def prepare(workload: Workload) -> Job:
    """Make a workload ready."""
    return build(BUILDERS, workload)


def versions() -> dict[str, str]:
    """Return the versions at work."""
    return package_versions("minnet-core", "minnet-layers", "minnet-criterions", "minnet-optimizers")
