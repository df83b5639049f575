"""PyTorch in eager mode, as its documentation writes a training loop."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch.nn import functional

from ..drawing import curvatures, draw_batches, draw_criterion, draw_gradients, draw_passes
from ..job import Job
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
)
from .dispatch import Builders, build, lookup, package_versions
from .stepping import InferenceJob, OptimizerJob, PassesJob, TrainingJob
from .torch_layers import make_layer, make_model
from .torch_optimizers import Make, with_fastest


class TorchTraining(TrainingJob):
    """CrossEntropyLoss joins LogSoftMax and ClassNLL; the loss stays a tensor while steps are timed."""

    def __init__(self, workload: Training, make_optimizer: Make) -> None:
        self.model = make_model(workload.layers, with_log_softmax=False)
        self.criterion = torch.nn.CrossEntropyLoss()
        self.optimizer = make_optimizer(self.model.parameters())
        n_in, classes = workload.layers[0].arguments["n_in"], workload.layers[-2].arguments["n_out"]
        batches = draw_batches((workload.batch, n_in), classes)
        self.batches = [(torch.from_numpy(inputs), torch.from_numpy(labels)) for inputs, labels in batches]

    def step(self, index: int) -> torch.Tensor:
        inputs, labels = self.batches[index % len(self.batches)]
        self.optimizer.zero_grad()
        loss: torch.Tensor = self.criterion(self.model(inputs), labels)
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimizer.step()
        return loss.detach()


class TorchInference(InferenceJob):
    """In inference mode; the modules as they stand, which is what eager means."""

    def __init__(self, workload: Inference) -> None:
        self.model: Any = make_model(workload.layers, with_log_softmax=True).eval()
        shape = workload.batch, workload.layers[0].arguments["n_in"]
        self.batches = [torch.from_numpy(inputs) for inputs, _ in draw_batches(shape, 2)]

    @torch.inference_mode()
    def step(self, index: int) -> Any:
        return self.model(self.batches[index % len(self.batches)])


class TorchLayer(PassesJob):
    """The gradient of the input is a new tensor in every step, those of parameters are added to."""

    def __init__(self, workload: LayerPasses) -> None:
        self.layer = make_layer(workload.layer, workload.shape[1])
        input, gradOutput = draw_passes(workload)
        self.input = torch.from_numpy(input).requires_grad_()
        self.gradOutput = torch.from_numpy(gradOutput)

    def step(self, index: int) -> torch.Tensor:
        self.input.grad = None
        output: torch.Tensor = self.layer(self.input)
        output.backward(self.gradOutput)  # type: ignore[no-untyped-call]
        return output

    def results(self) -> Sequence[Any]:
        output = self.step(0).detach()
        return [output, self.input.grad, *(parameter.grad for parameter in self.layer.parameters())]


def _sum_of(input: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    return -(target * input).sum() / len(input)


_LOSSES: dict[tuple[str, str], Callable[..., torch.Tensor]] = {
    ("ClassNLLCriterion", "classes"): functional.nll_loss,
    ("ClassNLLCriterion", "one-hot"): _sum_of,
    ("ClassNLLCriterionUnstable", "classes"): lambda x, t: functional.nll_loss(x.clamp(1e-15, 1 - 1e-15).log(), t),
    ("ClassNLLCriterionUnstable", "one-hot"): lambda x, t: _sum_of(x.clamp(1e-15, 1 - 1e-15).log(), t),
    ("MSECriterion", "values"): lambda x, t: functional.mse_loss(x, t, reduction="sum") / len(x),
}


class TorchCriterion(PassesJob):
    """The loss and its gradient."""

    def __init__(self, workload: CriterionPasses) -> None:
        self.loss = lookup({" of ".join(key): loss for key, loss in _LOSSES.items()}, _key(workload))
        input, target = draw_criterion(workload)
        self.input, self.target = torch.from_numpy(input).requires_grad_(), torch.from_numpy(target)

    def step(self, index: int) -> torch.Tensor:
        self.input.grad = None
        loss: torch.Tensor = self.loss(self.input, self.target)
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    def results(self) -> Sequence[Any]:
        return [self.step(0).detach(), self.input.grad]


def _key(workload: CriterionPasses) -> str:
    return f"{workload.criterion} of {workload.target}"


class TorchOptimizer(OptimizerJob):
    """step alone."""

    def __init__(self, workload: OptimizerSteps, make_optimizer: Make) -> None:
        self.model = make_model(workload.layers, with_log_softmax=False)
        self.optimizer = make_optimizer(self.model.parameters())
        held = list(self.model.parameters())
        drawn = draw_gradients([tuple(its.shape) for its in held])
        self.curvatures = list(map(torch.from_numpy, curvatures(drawn)))
        for parameter, its in zip(held, drawn, strict=True):
            parameter.grad = torch.from_numpy(its)
        self.arguments: tuple[Any, ...] = (self.closure,) if workload.has_closure else ()

    def step(self, index: int) -> None:
        self.optimizer.step(*self.arguments)

    @torch.no_grad()
    def closure(self) -> float:
        """Compute gradients of the quadratic function."""
        for parameter, curvature in zip(self.model.parameters(), self.curvatures, strict=True):
            assert parameter.grad is not None
            torch.add(parameter, 1, out=parameter.grad)
            parameter.grad.mul_(curvature)
        return 0.0  # which is read only to end a step early

    def parameters(self) -> list[Any]:
        return [parameter.detach().numpy() for parameter in self.model.parameters()]


def _with_fastest(workload: Any, job: Callable[[Any, Make], Job]) -> Job:
    return with_fastest(workload.name, workload.optimizer, lambda make: job(workload, make))


def _example(workload: ExamplePasses) -> Job:
    # minnet, which knows what the counterpart is and draws its parameters, shall leave PyTorch the allocator as it is.
    os.environ["MINNET_KEEP_ALLOCATOR"] = "1"
    from .torch_examples import TorchCriterionExample, TorchLayerExample

    return TorchLayerExample(workload) if isinstance(workload, LayerExample) else TorchCriterionExample(workload)


BUILDERS: Builders = {
    Training: lambda workload: _with_fastest(workload, TorchTraining),
    Inference: TorchInference,
    LayerPasses: TorchLayer,
    CriterionPasses: TorchCriterion,
    OptimizerSteps: lambda workload: _with_fastest(workload, TorchOptimizer),
    LayerExample: _example,
    CriterionExample: _example,
}


def prepare(workload: Workload) -> Job:
    """Make a workload ready."""
    return build(BUILDERS, workload)


def versions() -> dict[str, str]:
    """Return the versions at work."""
    return package_versions("torch")
