"""scikit-learn's MLPClassifier, where its model fits: one activation, ReLU, and a softmax of more than two classes."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from sklearn.neural_network import MLPClassifier  # type: ignore[import-untyped]

from ..drawing import draw_batches, draw_weights
from ..job import Job, UnsupportedError
from ..workload import Training, Workload
from .dispatch import Builders, build, package_versions
from .stepping import TrainingJob


class SklearnTraining(TrainingJob):
    """partial_fit of a batch, which is one step."""

    def __init__(self, workload: Training) -> None:
        linear = [layer.arguments for layer in workload.layers if layer.name == "Linear"]
        _expect_fitting(workload, linear)
        optimizer = workload.optimizer.arguments
        classes = linear[-1]["n_out"]
        self.model = MLPClassifier(
            hidden_layer_sizes=[its["n_out"] for its in linear[:-1]],
            solver="sgd",
            alpha=0.0,
            batch_size=workload.batch,
            learning_rate_init=optimizer["lr"],
            momentum=optimizer.get("momentum", 0.0),
            nesterovs_momentum=False,
            shuffle=False,
        )
        self.batches = draw_batches((workload.batch, linear[0]["n_in"]), classes)
        self.model.partial_fit(*self.batches[0], classes=np.arange(classes))
        # Its first step made the arrays; now they are set to the weights that all start from.
        weights = [its for its in draw_weights(workload.layers) if "W" in its]
        for its, coefficients, intercepts in zip(weights, self.model.coefs_, self.model.intercepts_, strict=True):
            coefficients[...], intercepts[...] = its["W"].T, its["b"]
        for velocity in self.model._optimizer.velocities:
            velocity[...] = 0

    def step(self, index: int) -> float:
        with warnings.catch_warnings(action="ignore"):
            self.model.partial_fit(*self.batches[index % len(self.batches)])
        loss: float = self.model.loss_
        return loss


def _expect_fitting(workload: Training, linear: list[dict[str, Any]]) -> None:
    names = {layer.name for layer in workload.layers}
    if names != {"Linear", "ReLU", "LogSoftMax"} or workload.optimizer.name != "SGD":
        raise UnsupportedError("MLPClassifier is no such network")
    if linear[-1]["n_out"] == 2:
        raise UnsupportedError("MLPClassifier has one logistic output for two classes")


BUILDERS: Builders = {Training: SklearnTraining}


def prepare(workload: Workload) -> Job:
    """Make a workload ready."""
    return build(BUILDERS, workload)


def versions() -> dict[str, str]:
    """Return the versions at work."""
    return package_versions("scikit-learn", "scipy")
