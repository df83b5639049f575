"""minnet-train's loop over the same steps: what it adds is shuffling, gathering rows and checking losses."""

from __future__ import annotations

from typing import Any

import numpy as np

from minnet_train import EpochReport, Samples, Trainer

from ..evidence import Evidence, number
from ..job import Job
from ..workload import Training, Workload
from .dispatch import Builders, build, package_versions
from .minnet_peer import MinnetTraining
from .stepping import PROOF_STEPS


class TrainerSteps(MinnetTraining):
    """An epoch is all the steps of one timing."""

    def __init__(self, workload: Training) -> None:
        super().__init__(workload)
        self.batch = workload.batch
        self.samples = [Samples(*batch) for batch in self.batches]
        self.tiled: Samples | None = None

    def epoch(self, training: Samples) -> EpochReport:
        """Train one epoch."""
        trainer = Trainer(self.model, self.criterion, self.optimizer)
        (report,) = trainer.fit(training, epochs=1, batch_size=self.batch, rng=0)
        return report

    def seconds(self, steps: int) -> float:
        if self.tiled is None or len(self.tiled) != steps * self.batch:
            chosen = [self.batches[index % len(self.batches)] for index in range(steps)]
            columns: Any = zip(*chosen, strict=True)
            self.tiled = Samples(*(np.concatenate(column) for column in columns))
        return self.epoch(self.tiled).seconds

    def evidence(self) -> Evidence:
        losses = [self.epoch(self.samples[index % len(self.samples)]).loss for index in range(PROOF_STEPS)]
        return {f"loss {index}": number(loss) for index, loss in enumerate(losses, start=1)}


BUILDERS: Builders = {Training: TrainerSteps}


def prepare(workload: Workload) -> Job:
    """Make a workload ready."""
    return build(BUILDERS, workload)


def versions() -> dict[str, str]:
    """Return the versions at work."""
    return package_versions("minnet-core", "minnet-train")
