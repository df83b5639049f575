"""Criterions against ``torch.nn``: losses and gradients, in float64 to 1e-9.

Where a criterion's definition is not PyTorch's, the test states how the two are related.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from attrs import frozen

from minnet_core import Criterion
from minnet_criterions import ClassNLLCriterion, ClassNLLCriterionUnstable, MSECriterion
from minnet_layers import LogSoftMax, SoftMax

SEEDS = range(int(os.environ.get("CONFORMANCE_SEEDS", "25")))
EPS = ClassNLLCriterionUnstable.EPS

Draw = Callable[[np.random.Generator, tuple[int, ...]], np.ndarray]
Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


def normal(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    return rng.standard_normal(shape)


def probabilities(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    return rng.dirichlet(np.ones(shape[1]), shape[0])


def log_probabilities(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    return LogSoftMax().forward(normal(rng, shape) * 3)


def indices(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    return rng.integers(0, shape[1], shape[0])


def one_hot(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    return np.eye(shape[1], dtype=np.uint8)[indices(rng, shape)]


def squared_error(x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
    return torch.nn.functional.mse_loss(x, t.to(x.dtype), reduction="sum") / x.shape[0]


def log_likelihood(x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
    if t.ndim == 2:
        t = t.argmax(1) if t.dtype == torch.uint8 else t
    return torch.nn.functional.nll_loss(x, t) if t.ndim == 1 else -(t * x).sum() / x.shape[0]


def log_likelihood_of_clamped(x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
    return log_likelihood(x.clamp(EPS, 1 - EPS).log(), t)


@frozen
class Case:
    """A criterion, its counterpart as a function, what to draw, and in which shapes."""

    ours: type[Criterion]
    theirs: Loss
    input: Draw
    target: Draw
    shapes: tuple[tuple[int, ...], ...]


ANY = ((1, 1), (5,), (4, 3), (2, 3, 5))
CLASSES = ((1, 2), (4, 3), (7, 10))
CASES = {
    "MSECriterion": Case(MSECriterion, squared_error, normal, normal, ANY),
    "ClassNLLCriterion": Case(ClassNLLCriterion, log_likelihood, log_probabilities, indices, CLASSES),
    "ClassNLLCriterion, one-hot": Case(ClassNLLCriterion, log_likelihood, log_probabilities, one_hot, CLASSES),
    "ClassNLLCriterion, soft": Case(ClassNLLCriterion, log_likelihood, log_probabilities, probabilities, CLASSES),
    "Unstable": Case(ClassNLLCriterionUnstable, log_likelihood_of_clamped, probabilities, indices, CLASSES),
    "Unstable, one-hot": Case(ClassNLLCriterionUnstable, log_likelihood_of_clamped, probabilities, one_hot, CLASSES),
    "Unstable, soft": Case(ClassNLLCriterionUnstable, log_likelihood_of_clamped, probabilities, probabilities, CLASSES),
}


def strided(array: np.ndarray) -> np.ndarray:
    spaced = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
    spaced[..., ::2] = array
    return spaced[..., ::2]


def reversed_in_memory(array: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(array[::-1])[::-1]


LAYOUTS = [np.ascontiguousarray, np.asfortranarray, strided, reversed_in_memory]


def compare(case: Case, dtype: Any, tolerance: float, layout: Any = np.copy) -> None:
    for shape in case.shapes:
        for seed in SEEDS:
            rng = np.random.default_rng(seed)
            input, target = case.input(rng, shape).astype(dtype), case.target(rng, shape)
            if target.dtype == np.float64:
                target = target.astype(dtype)
            their_input = torch.from_numpy(input).requires_grad_()
            loss = case.theirs(their_input, torch.from_numpy(target))
            loss.backward()
            ours = case.ours()
            where = f"shape {shape}, seed {seed}"
            assert ours.forward(layout(input), layout(target)) == pytest.approx(loss.item(), rel=tolerance), where
            gradInput = ours.backward(layout(input), layout(target))
            np.testing.assert_allclose(
                gradInput, their_input.grad.numpy(), rtol=tolerance, atol=tolerance, err_msg=where
            )


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_float64_equals_pytorch(case: Case, layout: Any) -> None:
    compare(case, np.float64, 1e-9, layout)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_float32_equals_pytorch_to_the_accuracy_of_float32(case: Case) -> None:
    compare(case, np.float32, 1e-5)


def test_MSECriterion_is_the_mean_of_pytorch_times_the_number_of_features() -> None:
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        x, t = rng.standard_normal((4, 3)), rng.standard_normal((4, 3))
        mean = torch.nn.functional.mse_loss(torch.from_numpy(x), torch.from_numpy(t)).item()
        assert MSECriterion().forward(x, t) == pytest.approx(3 * mean, rel=1e-12)


@pytest.mark.parametrize(
    ("layer", "criterion"), [(LogSoftMax(), ClassNLLCriterion()), (SoftMax(), ClassNLLCriterionUnstable())]
)
def test_after_a_softmax_the_criterion_is_the_cross_entropy_of_pytorch(layer: Any, criterion: Criterion) -> None:
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        x = rng.standard_normal((5, 4)) * 3
        for target in (indices(rng, x.shape), probabilities(rng, x.shape)):
            their_x = torch.from_numpy(x).requires_grad_()
            loss = torch.nn.functional.cross_entropy(their_x, torch.from_numpy(target))
            loss.backward()
            y = layer.forward(x)
            assert criterion.forward(y, target) == pytest.approx(loss.item(), rel=1e-9)
            gradInput = layer.backward(x, criterion.backward(y, target))
            np.testing.assert_allclose(gradInput, their_x.grad.numpy(), rtol=1e-9, atol=1e-12)


def test_a_clipped_probability_keeps_the_gradient_that_pytorch_zeroes() -> None:
    p = np.array([[0.0, 1.0], [0.5, 0.5]])
    target = np.array([0, 1])
    their_p = torch.from_numpy(p).requires_grad_()
    loss = log_likelihood_of_clamped(their_p, torch.from_numpy(target))
    loss.backward()
    criterion = ClassNLLCriterionUnstable()
    assert criterion.forward(p, target) == pytest.approx(loss.item(), rel=1e-12)
    gradInput = criterion.backward(p, target)
    np.testing.assert_array_equal(their_p.grad.numpy(), [[0, 0], [0, -1]])
    np.testing.assert_allclose(gradInput, [[-1 / (2 * EPS), 0], [0, -1]], rtol=1e-12)
