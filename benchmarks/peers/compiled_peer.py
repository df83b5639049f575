"""minnet with compiled steps and compiled inference, executed by NumPy."""

from __future__ import annotations

from typing import Any

import minnet_core

from ..job import Job
from ..workload import Inference, Training, Workload
from .dispatch import Builders, build
from .minnet_peer import MinnetInference, MinnetTraining, versions as versions


class CompiledTraining(MinnetTraining):
    """One call a step."""

    executor = "numpy"

    def __init__(self, workload: Training) -> None:
        super().__init__(workload)
        self.compiled = minnet_core.compile(self.model, self.criterion, self.optimizer, executor=self.executor)

    def step(self, index: int) -> float:
        inputs, targets = self.batches[index % len(self.batches)]
        return self.compiled.step(inputs, targets)


class CompiledInference(MinnetInference):
    """The model as it is fused."""

    executor = "numpy"

    def __init__(self, workload: Inference) -> None:
        super().__init__(workload)
        self.compiled = minnet_core.compile(self.model, executor=self.executor)

    def step(self, index: int) -> Any:
        return self.compiled.forward(self.batches[index % len(self.batches)])


BUILDERS: Builders = {Training: CompiledTraining, Inference: CompiledInference}


def prepare(workload: Workload) -> Job:
    """Make the job of a workload."""
    return build(BUILDERS, workload)
