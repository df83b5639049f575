"""PyTorch with ``torch.compile`` around the model; its fused optimizer."""

from __future__ import annotations

from functools import partial

import torch

from ..job import Job
from ..workload import Inference, Training, Workload
from .dispatch import Builders, build, lookup
from .torch_optimizers import CLASSES
from .torch_peer import TorchInference, TorchTraining, versions as versions


class CompiledTraining(TorchTraining):
    """The first steps compile; they are not timed."""

    def __init__(self, workload: Training) -> None:
        spec = workload.optimizer
        super().__init__(workload, partial(lookup(CLASSES, spec.name), **spec.arguments, fused=True))
        self.model = torch.compile(self.model)


class CompiledInference(TorchInference):
    """In inference mode."""

    def __init__(self, workload: Inference) -> None:
        super().__init__(workload)
        self.model = torch.compile(self.model)


BUILDERS: Builders = {Training: CompiledTraining, Inference: CompiledInference}


def prepare(workload: Workload) -> Job:
    """Make a workload ready."""
    return build(BUILDERS, workload)
