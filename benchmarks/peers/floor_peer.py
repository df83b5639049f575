"""The least that NumPy needs: the matrix products of a network, or reading and writing what a layer must.

Everything is written into arrays that are there already, so nothing is allocated, drawn, checked or summed.
"""

from __future__ import annotations

import numpy as np

from minnet_core.testing import named_arrays

from ..drawing import draw_batches, draw_criterion, draw_passes
from ..job import Job
from ..sizing import draw_batch
from ..workload import (
    CriterionExample,
    CriterionPasses,
    ExamplePasses,
    Inference,
    LayerExample,
    LayerPasses,
    OptimizerSteps,
    Training,
    Workload,
    parameter_count,
)
from .dispatch import Builders, build, package_versions

_STATE_VECTORS = {
    **{"SGD": 0, "RMSprop": 1, "Adagrad": 1, "Lion": 1},
    **dict.fromkeys(("Adam", "AdamW", "Adadelta", "Adamax", "LAMB", "NAdam", "RAdam", "Rprop"), 2),
}


class Floor(Job):
    """It computes no loss, so it cannot prove that it computes the same one."""

    exempt = "it computes nothing but what no peer can do without"


class ProductsFloor(Floor):
    """One product for each Linear forward; two backward, without the gradient of the network's own input."""

    def __init__(self, workload: Training | Inference) -> None:
        self.training = isinstance(workload, Training)
        linear = [layer.arguments for layer in workload.layers if layer.name == "Linear"]
        self.batches = [inputs for inputs, _ in draw_batches((workload.batch, linear[0]["n_in"]), 2)]
        self.weights = [np.full((its["n_out"], its["n_in"]), 0.01, np.float32) for its in linear]
        self.outputs = [np.zeros((workload.batch, its["n_out"]), np.float32) for its in linear]
        self.gradients = [np.zeros_like(weight) for weight in self.weights]
        self.inward = [np.zeros((workload.batch, its["n_in"]), np.float32) for its in linear]

    def step(self, index: int) -> None:
        inputs = [self.batches[index % len(self.batches)], *self.outputs[:-1]]
        for x, weight, output in zip(inputs, self.weights, self.outputs, strict=True):
            np.dot(x, weight.T, out=output)
        if not self.training:
            return
        for place in reversed(range(len(self.weights))):
            np.dot(self.outputs[place].T, inputs[place], out=self.gradients[place])
            if place:
                np.dot(self.outputs[place], self.weights[place], out=self.inward[place])


class LayerFloor(Floor):
    """Reads the input and writes the output; reads two arrays and writes the third. For Linear, its products."""

    def __init__(self, workload: LayerPasses) -> None:
        self.input, self.gradOutput = draw_passes(workload)
        self.output, self.gradInput = np.empty_like(self.input), np.empty_like(self.input)
        n = workload.shape[1]
        self.weight = np.full((n, n), 0.01, np.float32) if workload.layer.name == "Linear" else None
        self.gradient = np.empty((n, n), np.float32)

    def step(self, index: int) -> None:
        if self.weight is None:
            np.copyto(self.output, self.input)
            np.multiply(self.input, self.gradOutput, out=self.gradInput)
        else:
            np.dot(self.input, self.weight.T, out=self.output)
            np.dot(self.gradOutput, self.weight, out=self.gradInput)
            np.dot(self.gradOutput.T, self.input, out=self.gradient)


class CriterionFloor(Floor):
    """Writes the gradient; with class indices nothing else must be touched, else input and target are read."""

    def __init__(self, workload: CriterionPasses) -> None:
        self.input, self.target = draw_criterion(workload)
        self.gradInput = np.empty_like(self.input)

    def step(self, index: int) -> None:
        if self.target.ndim == 1:
            self.gradInput.fill(0)
        else:
            np.subtract(self.input, self.target, out=self.gradInput)


class ExampleFloor(Floor):
    """Reads the input and writes the gradient of that shape, of each array; more may differ from class to class."""

    def __init__(self, workload: ExamplePasses) -> None:
        shapes = [array.shape for _, array in named_arrays("input", draw_batch(workload)[0])]
        self.arrays = [(np.ones(shape, np.float32), np.empty(shape, np.float32)) for shape in shapes]

    def step(self, index: int) -> None:
        for input, gradInput in self.arrays:
            np.copyto(gradInput, input)


class OptimizerFloor(Floor):
    """Reads the gradients; reads and writes the parameters and each vector of state."""

    def __init__(self, workload: OptimizerSteps) -> None:
        spec = workload.optimizer
        size = parameter_count(workload.layers)
        kept = 2 * spec.arguments["history_size"] if spec.name == "LBFGS" else _STATE_VECTORS[spec.name]
        vectors = 1 + kept + bool(spec.arguments.get("momentum"))
        self.gradients = np.zeros(size, np.float32)
        self.vectors = [np.zeros(size, np.float32) for _ in range(vectors)]

    def step(self, index: int) -> None:
        for vector in self.vectors:
            np.add(vector, self.gradients, out=vector)


BUILDERS: Builders = {
    Training: ProductsFloor,
    Inference: ProductsFloor,
    LayerPasses: LayerFloor,
    CriterionPasses: CriterionFloor,
    OptimizerSteps: OptimizerFloor,
    LayerExample: ExampleFloor,
    CriterionExample: ExampleFloor,
}


def prepare(workload: Workload) -> Job:
    """Make a workload ready."""
    return build(BUILDERS, workload)


def versions() -> dict[str, str]:
    """Return the versions at work."""
    return package_versions()
