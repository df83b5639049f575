"""Losses of numbers against ``torch.nn``, or against their formulas with the gradients that PyTorch finds."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from minnet_criterions import (
    GaussianNLLCriterion,
    HuberCriterion,
    LogCoshCriterion,
    PoissonNLLCriterion,
    QuantileCriterion,
    SmoothL1Criterion,
    WeightedMSECriterion,
)

SHAPES = [(5,), (4, 3), (2, 3, 4)]
SEEDS = range(3)


def compare(ours, theirs, input, target, rtol=1e-9):
    """Both means: ``theirs`` gives the loss of each element."""
    parts = input if isinstance(input, tuple) else (input,)
    for mean in ("batch", "elements"):
        tensors = [torch.from_numpy(part).requires_grad_() for part in parts]
        elements = theirs(*tensors, torch.from_numpy(target))
        loss = elements.mean() if mean == "elements" else elements.sum() / len(parts[0])
        loss.backward()
        criterion = ours(mean)
        assert criterion.forward(input, target) == pytest.approx(loss.item(), rel=rtol)
        gradInput = criterion.backward(input, target)
        for gradient, tensor in zip(gradInput if len(parts) > 1 else (gradInput,), tensors, strict=True):
            np.testing.assert_allclose(gradient, tensor.grad.numpy(), rtol=rtol, atol=1e-12)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("bend", [0.1, 1.0, 3.0])
def test_rounded_absolute_errors(shape, bend):
    for seed in SEEDS:
        x, t = np.random.default_rng(seed).standard_normal((2, *shape)) * 3
        theirs = torch.nn.HuberLoss(delta=bend, reduction="none")
        compare(lambda mean: HuberCriterion(bend, mean), theirs, x, t)
        theirs = torch.nn.SmoothL1Loss(beta=bend, reduction="none")
        compare(lambda mean: SmoothL1Criterion(bend, mean), theirs, x, t)


@pytest.mark.parametrize("shape", SHAPES)
def test_log_cosh(shape):
    for seed in SEEDS:
        x, t = np.random.default_rng(seed).standard_normal((2, *shape)) * 3
        compare(LogCoshCriterion, lambda x, t: torch.log(torch.cosh(x - t)), x, t)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("quantiles", [0.5, 0.1, [0.25], [0.1, 0.5, 0.9, 0.95]])
def test_quantiles(shape, quantiles):
    q = torch.tensor(quantiles, dtype=torch.float64)

    def pinball(x, t):
        return torch.maximum(q * (t - x), (q - 1) * (t - x))

    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        x = rng.standard_normal((*shape, len(quantiles)) if q.ndim else shape)
        t = rng.standard_normal((*shape, 1) if q.ndim else shape)
        compare(lambda mean: QuantileCriterion(quantiles, mean), pinball, x, t)


@pytest.mark.parametrize("shape", SHAPES)
def test_weighted_squares(shape):
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        (x, t), w = rng.standard_normal((2, *shape)), rng.random(shape[-1:])
        compare(
            lambda mean, w=w: WeightedMSECriterion(w, mean),
            lambda x, t, w=w: torch.from_numpy(w) * torch.nn.functional.mse_loss(x, t, reduction="none"),
            x,
            t,
        )


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("log_input", [False, True])
def test_counts(shape, full, log_input):
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        x, t = rng.standard_normal(shape) * 2, rng.poisson(3, shape).astype(np.float64)
        theirs = torch.nn.PoissonNLLLoss(log_input, full, eps=1e-4, reduction="none")
        given = x if log_input else np.abs(x)
        compare(lambda mean: PoissonNLLCriterion(log_input, full, 1e-4, mean), theirs, given, t)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("full", [False, True])
def test_means_and_variances_some_of_them_clamped(shape, full):
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        (x, t), variance = rng.standard_normal((2, *shape)), rng.uniform(0, 1, shape)
        variance.flat[0] = 0
        theirs = torch.nn.GaussianNLLLoss(full=full, eps=0.2, reduction="none")
        compare(
            lambda mean: GaussianNLLCriterion(full, 0.2, mean),
            lambda m, v, t, theirs=theirs: theirs(m, t, v),
            (x, variance),
            t,
        )


def test_a_log_cosh_of_pytorch_that_overflows_is_finite_here():
    x = torch.tensor([[1000.0]], dtype=torch.float64)
    assert torch.log(torch.cosh(x)).item() == math.inf
    assert LogCoshCriterion().forward(x.numpy(), np.zeros((1, 1))) == pytest.approx(1000 - math.log(2), rel=1e-12)
