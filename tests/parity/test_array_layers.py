"""Layers whose counterpart in PyTorch is an expression, or takes what no example can say, to 1e-9 in float64."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from minnet_core import Module
from minnet_layers import (
    Add,
    AlphaDropout,
    CAdd,
    CMul,
    Cosine,
    EmbeddingBag,
    Euclidean,
    Max,
    Maxout,
    Min,
    Mul,
    Normalize,
)

EXPRESSIONS: dict[str, tuple[Callable[[], Module], tuple[int, ...], Callable[..., torch.Tensor]]] = {
    "Mul": (lambda: Mul(rng=0), (4, 3), lambda x, gamma: x * gamma),
    "Add": (lambda: Add(3, rng=0), (4, 5, 3), lambda x, beta: x + beta),
    "Add of one": (lambda: Add(rng=0), (4, 5, 3), lambda x, beta: x + beta),
    "CMul": (lambda: CMul((3, 2), rng=0), (4, 3, 2), lambda x, gamma: x * gamma),
    "CMul of channels": (lambda: CMul((3, 1, 1), rng=0), (4, 3, 5, 2), lambda x, gamma: x * gamma),
    "Maxout": (
        lambda: Maxout(5, 3, 4, rng=0),
        (6, 5),
        lambda x, W, b: torch.nn.functional.linear(x, W, b).view(6, 4, 3).max(1)[0],
    ),
    "Normalize in the sum of sizes": (
        lambda: Normalize(1),
        (6, 5),
        lambda x: torch.nn.functional.normalize(x, 1),
    ),
    "Cosine": (
        lambda: Cosine(5, 3, rng=0),
        (6, 5),
        lambda x, W: torch.nn.functional.cosine_similarity(x[:, None], W[None], -1),
    ),
    "Euclidean": (lambda: Euclidean(5, 3, rng=0), (6, 5), torch.cdist),
    "Euclidean of many centres": (lambda: Euclidean(2, 40, rng=0), (30, 2), torch.cdist),
    "CAdd": (lambda: CAdd((3, 1, 2), rng=0), (4, 3, 5, 2), lambda x, beta: x + beta),
}
"""What makes a layer, the shape of its input, and what PyTorch computes with its parameters."""


def expect_equal(ours: Any, theirs: torch.Tensor) -> None:
    np.testing.assert_allclose(ours, theirs.detach().numpy(), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_a_layer_is_the_expression(name: str) -> None:
    make, shape, expression = EXPRESSIONS[name]
    layer, rng = make().astype(np.float64), np.random.default_rng(0)
    parameters = {key: torch.tensor(array, requires_grad=True) for key, array in layer.namedParameters().items()}
    for _ in range(3):
        input = rng.standard_normal(shape)
        x = torch.tensor(input, requires_grad=True)
        y = expression(x, *parameters.values())
        expect_equal(layer.forward(input), y)
        gradOutput = rng.standard_normal(tuple(y.shape))
        layer.zeroGradParameters()
        gradients = torch.autograd.grad(y, [x, *parameters.values()], torch.from_numpy(gradOutput))
        expect_equal(layer.backward(input, gradOutput), gradients[0])
        for ours, theirs in zip(layer.namedGradParameters().values(), gradients[1:], strict=True):
            expect_equal(ours, theirs)


OFFSETS = {
    "bags of several lengths": [0, 3, 4, 9],
    "empty bags": [0, 0, 5, 5, 12],
    "one bag": [0],
}


@pytest.mark.parametrize("padding_idx", [None, 2, -1])
@pytest.mark.parametrize("mode", ["sum", "mean", "max"])
@pytest.mark.parametrize("name", OFFSETS)
def test_bags_with_offsets(name: str, mode: str, padding_idx: int | None) -> None:
    rng, offsets = np.random.default_rng(0), np.array(OFFSETS[name])
    ours = EmbeddingBag(5, 3, mode, padding_idx, rng=0, dtype=np.float64)
    theirs = torch.nn.EmbeddingBag(5, 3, mode=mode, padding_idx=padding_idx, dtype=torch.float64)
    theirs.weight.data = torch.tensor(ours.W)
    for _ in range(3):
        indices, gradOutput = rng.integers(0, 5, 12), rng.standard_normal((len(offsets), 3))
        y = theirs(torch.from_numpy(indices), torch.from_numpy(offsets))
        theirs.zero_grad()
        y.backward(torch.from_numpy(gradOutput))
        expect_equal(ours.forward((indices, offsets)), y)
        ours.zeroGradParameters()
        ours.backward((indices, offsets), gradOutput)
        assert theirs.weight.grad is not None
        expect_equal(ours.gradW, theirs.weight.grad)


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize(("layer", "theirs"), [(Max, torch.max), (Min, torch.min)])
def test_of_equal_numbers_the_first_has_the_gradient(layer: type[Module], theirs: Any, axis: int) -> None:
    rng = np.random.default_rng(0)
    input = rng.integers(0, 3, (4, 5, 3)).astype(np.float64)
    x = torch.tensor(input, requires_grad=True)
    y = theirs(x, axis)[0]
    gradOutput = rng.standard_normal(tuple(y.shape))
    y.backward(torch.from_numpy(gradOutput))
    ours = layer(axis)
    expect_equal(ours.forward(input), y)
    assert x.grad is not None
    expect_equal(ours.backward(input, gradOutput), x.grad)


@pytest.mark.parametrize("p", [0.0, 0.3, 0.5, 1.0])
def test_alpha_dropout_of_the_same_elements(p: float, monkeypatch: pytest.MonkeyPatch) -> None:
    input, gradOutput = np.random.default_rng(0).standard_normal((2, 40, 30))
    x = torch.tensor(input, requires_grad=True)
    y = torch.nn.AlphaDropout(p)(x)
    (gradient,) = torch.autograd.grad(y, x, torch.from_numpy(gradOutput))
    is_kept = gradient.numpy() != 0
    assert abs(is_kept.mean() - (1 - p)) < 0.1
    monkeypatch.setattr("minnet_layers.noise.alpha_dropout.keep_mask", lambda rng, shape, p: is_kept)
    ours = AlphaDropout(p)
    expect_equal(ours.forward(input), y)
    expect_equal(ours.backward(input, gradOutput), gradient)
