"""minnet with minnet-fast: compiled steps executed in C, and twins of layers, criterions and optimizers."""

from __future__ import annotations

from minnet_fast import accelerate

from ..job import Job
from ..workload import (
    CriterionExample,
    CriterionPasses,
    Inference,
    LayerExample,
    LayerPasses,
    OptimizerSteps,
    Training,
    Workload,
)
from .compiled_peer import CompiledInference, CompiledTraining
from .dispatch import Builders, build, package_versions
from .minnet_examples import MinnetCriterionExample, MinnetLayerExample
from .minnet_peer import MinnetCriterion, MinnetLayer, MinnetOptimizer


class FastTraining(CompiledTraining):
    """One call a step."""

    executor = "fast"


class FastInference(CompiledInference):
    """The model as it is fused."""

    executor = "fast"


class FastLayer(MinnetLayer):
    """The twin of a layer."""

    def __init__(self, workload: LayerPasses) -> None:
        super().__init__(workload)
        accelerate(self.layer)


class FastCriterion(MinnetCriterion):
    """The twin of a loss."""

    def __init__(self, workload: CriterionPasses) -> None:
        super().__init__(workload)
        accelerate(self.criterion)


class FastOptimizer(MinnetOptimizer):
    """The twin of an optimizer."""

    def __init__(self, workload: OptimizerSteps) -> None:
        super().__init__(workload)
        accelerate(self.optimizer)


class FastLayerExample(MinnetLayerExample):
    """The twin of a layer, or those of what is in a container."""

    def __init__(self, workload: LayerExample) -> None:
        super().__init__(workload)
        accelerate(self.layer)


class FastCriterionExample(MinnetCriterionExample):
    """The twin of a loss."""

    def __init__(self, workload: CriterionExample) -> None:
        super().__init__(workload)
        accelerate(self.criterion)


BUILDERS: Builders = {
    Training: FastTraining,
    Inference: FastInference,
    LayerPasses: FastLayer,
    CriterionPasses: FastCriterion,
    OptimizerSteps: FastOptimizer,
    LayerExample: FastLayerExample,
    CriterionExample: FastCriterionExample,
}


def prepare(workload: Workload) -> Job:
    """Make the job of a workload."""
    return build(BUILDERS, workload)


def versions() -> dict[str, str]:
    """Return the versions of our distributions."""
    return package_versions("minnet-core", "minnet-layers", "minnet-criterions", "minnet-optimizers", "minnet-fast")
