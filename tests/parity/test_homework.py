"""The public tests of the course whose notebook minnet grew out of, with their tolerances, over 1,000 drawn trials.

They compare float32 with PyTorch's float32: outputs to 1e-6, gradients to 1e-5, moving means by NumPy's defaults.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from minnet_core import Criterion, Module, Sequential
from minnet_criterions import ClassNLLCriterion, ClassNLLCriterionUnstable, MSECriterion
from minnet_layers import (
    ELU,
    BatchNormalization,
    ChannelwiseScaling,
    LeakyReLU,
    Linear,
    LogSoftMax,
    ReLU,
    SoftMax,
    SoftPlus,
)

TRIALS = range(1000)
ALPHA = 0.9
EPS = BatchNormalization.EPS


def expect_close(ours: Any, theirs: torch.Tensor | None, atol: float, what: str) -> None:
    assert theirs is not None
    np.testing.assert_allclose(ours, theirs.detach().numpy(), rtol=1e-5, atol=atol, err_msg=what)


def compare(ours: Module, theirs: torch.nn.Module, rng: np.random.Generator, shape: tuple[int, ...]) -> torch.Tensor:
    """Compare both passes for input and gradOutput from -5 to 5; return the input, as PyTorch has it."""
    input = rng.uniform(-5, 5, shape).astype(np.float32)
    their_input = torch.from_numpy(input).requires_grad_()
    their_output = theirs(their_input)
    gradOutput = rng.uniform(-5, 5, their_output.shape).astype(np.float32)
    their_output.backward(torch.from_numpy(gradOutput))
    expect_close(ours.forward(input), their_output, 1e-6, "output")
    ours.zeroGradParameters()
    expect_close(ours.backward(input, gradOutput), their_input.grad, 1e-5, "gradInput")
    return their_input


ACTIVATIONS = {
    "SoftMax": (SoftMax, lambda: torch.nn.Softmax(-1)),
    "LogSoftMax": (LogSoftMax, lambda: torch.nn.LogSoftmax(-1)),
    "ReLU": (ReLU, torch.nn.ReLU),
    "LeakyReLU": (LeakyReLU, lambda: torch.nn.LeakyReLU(0.03)),
    "ELU": (ELU, torch.nn.ELU),
    "SoftPlus": (SoftPlus, torch.nn.Softplus),
}


@pytest.mark.parametrize(("ours", "theirs"), ACTIVATIONS.values(), ids=ACTIVATIONS)
def test_activations(ours: Any, theirs: Any) -> None:
    for seed in TRIALS:
        compare(ours(), theirs(), np.random.default_rng(seed), (2, 4))


def test_Linear() -> None:
    for seed in TRIALS:
        ours, theirs = Linear(3, 4, rng=seed), torch.nn.Linear(3, 4)
        theirs.weight.data, theirs.bias.data = torch.from_numpy(ours.W.copy()), torch.from_numpy(ours.b.copy())
        compare(ours, theirs, np.random.default_rng(seed), (2, 3))
        expect_close(ours.gradW, theirs.weight.grad, 1e-5, "gradW")
        expect_close(ours.gradb, theirs.bias.grad, 1e-5, "gradb")


@pytest.mark.parametrize("shape", [(32, 16), (200, 100)])
def test_BatchNormalization(shape: tuple[int, int]) -> None:
    for seed in TRIALS[:: 1 if shape[0] < 100 else 20]:
        ours = BatchNormalization(ALPHA)
        theirs = torch.nn.BatchNorm1d(shape[1], eps=EPS, momentum=1 - ALPHA, affine=False)
        ours.moving_mean, ours.moving_variance = theirs.running_mean.numpy().copy(), theirs.running_var.numpy().copy()
        their_input = compare(ours, theirs, np.random.default_rng(seed), shape)
        expect_close(ours.moving_mean, theirs.running_mean, 1e-8, "moving mean")
        ours.moving_variance = theirs.running_var.numpy().copy()
        ours.evaluate()
        expect_close(ours.forward(their_input.detach().numpy()), theirs.eval()(their_input), 1e-6, "evaluated output")


def test_BatchNormalization_and_ChannelwiseScaling_in_a_Sequential() -> None:
    for seed in TRIALS:
        rng = np.random.default_rng(seed)
        normalize, scale = BatchNormalization(ALPHA), ChannelwiseScaling(4, rng=rng)
        theirs = torch.nn.BatchNorm1d(4, eps=EPS, momentum=1 - ALPHA)
        theirs.weight.data = torch.from_numpy(scale.gamma.copy())
        theirs.bias.data = torch.from_numpy(scale.beta.copy())
        compare(Sequential(normalize, scale), theirs, rng, (2, 4))
        expect_close(scale.gradGamma, theirs.weight.grad, 1e-5, "gradGamma")
        expect_close(scale.gradBeta, theirs.bias.grad, 1e-5, "gradBeta")


CRITERIONS = {
    "MSECriterion": (MSECriterion, lambda x: x, lambda x, t: ((x - t) ** 2).sum() / len(x)),
    "ClassNLLCriterion": (ClassNLLCriterion, lambda x: np.log(x), lambda x, t: -(x * t).sum() / len(x)),
    "ClassNLLCriterionUnstable": (
        ClassNLLCriterionUnstable,
        lambda x: x,
        lambda x, t: -(torch.log(x.clamp(1e-15, 1 - 1e-15)) * t).sum() / len(x),
    ),
}


@pytest.mark.parametrize(("kind", "domain", "theirs"), CRITERIONS.values(), ids=CRITERIONS)
def test_criterions(kind: type[Criterion], domain: Any, theirs: Any) -> None:
    for seed in TRIALS:
        rng, ours = np.random.default_rng(seed), kind()
        drawn = rng.uniform(0.01, 1, (4, 3))
        input = domain(drawn / drawn.sum(axis=1, keepdims=True)).astype(np.float32)
        target = np.eye(3, dtype=np.float32)[rng.integers(0, 3, 4)]
        their_input = torch.from_numpy(input).requires_grad_()
        their_loss = theirs(their_input, torch.from_numpy(target))
        their_loss.backward()
        expect_close(ours.forward(input, target), their_loss, 1e-6, "loss")
        expect_close(ours.backward(input, target), their_input.grad, 1e-5, "gradInput")
