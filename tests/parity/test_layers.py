"""Layers against ``torch.nn``: outputs, gradients and parameter gradients, in float64 to 1e-9.

Where a layer's definition is not PyTorch's, a test of its own states how the two are related.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from attrs import field, frozen

from minnet_core import Module, layers
from minnet_layers import (
    ELU,
    GELU,
    BatchNormalization,
    ChannelwiseScaling,
    Dropout,
    Identity,
    LeakyReLU,
    Linear,
    LogSoftMax,
    PReLU,
    ReLU,
    Residual,
    Sigmoid,
    SiLU,
    SoftMax,
    SoftPlus,
    Tanh,
)

SEEDS = range(int(os.environ.get("CONFORMANCE_SEEDS", "25")))
EPS = BatchNormalization.EPS


class Scale(torch.nn.Module):
    def __init__(self, features: int) -> None:
        super().__init__()
        self.gamma = torch.nn.Parameter(torch.zeros(features))
        self.beta = torch.nn.Parameter(torch.zeros(features))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.gamma * x + self.beta


class FeaturesLast(torch.nn.Module):
    """BatchNorm1d wants the features on axis 1."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.norm = torch.nn.BatchNorm1d(features, eps=EPS, affine=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.norm(x.flatten(0, -2)).view(x.shape)


class Skipping(torch.nn.Module):
    """A residual block, as PyTorch's users write it."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = torch.nn.Sequential(torch.nn.Linear(3, 5), torch.nn.Tanh(), torch.nn.Linear(5, 3))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.inner(x)


@frozen
class Case:
    """A layer and its counterpart.

    Attributes:
        ours: makes the layer from a seed.
        theirs: makes the counterpart.
        shapes: of inputs.
        arrays: parameter or buffer of ours -> dotted name of theirs, which is set to it.
        seeds: how many inputs of each shape; a few, of what `test_references` compares as well.
    """

    ours: Callable[[int], Module]
    theirs: Callable[[], torch.nn.Module]
    shapes: tuple[tuple[int, ...], ...]
    arrays: Mapping[str, str] = field(factory=dict)
    seeds: int = len(SEEDS)

    def pair(self, seed: int, dtype: Any, mode: str, shape: tuple[int, ...]) -> tuple[Module, torch.nn.Module]:
        """Return the two in a mode and with equal arrays; moving statistics are those of one batch."""
        ours = self.ours(seed).astype(dtype)
        ours.forward(np.random.default_rng(seed + 1000).standard_normal(shape).astype(dtype) * 2 + 1)
        getattr(ours, mode)()
        theirs = self.theirs().to(torch.from_numpy(np.empty(0, dtype)).dtype)
        theirs.train(mode == "train")
        state, arrays = theirs.state_dict(), ours.namedParameters() | ours.namedBuffers()
        for our_name, their_name in self.arrays.items():
            state[their_name].copy_(torch.from_numpy(arrays[our_name]))
        return ours, theirs


def scores(*axes: int) -> tuple[tuple[int, ...], ...]:
    return ((1, *axes), (2, *axes), (5, *axes))


ANY = ((1, 1), (4, 3), (7,), (2, 3, 5), (2, 3, 4, 2))
FEW = ((1, 1), (2, 3, 5))
MOVING = {"moving_mean": "running_mean", "moving_variance": "running_var"}

CASES = {
    "Linear": Case(
        lambda seed: Linear(3, 4, rng=seed),
        lambda: torch.nn.Linear(3, 4),
        scores(3),
        {"W": "weight", "b": "bias"},
    ),
    "Linear without bias": Case(
        lambda seed: Linear(5, 1, bias=False, rng=seed),
        lambda: torch.nn.Linear(5, 1, bias=False),
        scores(5),
        {"W": "weight"},
    ),
    "SoftMax": Case(lambda _: SoftMax(), lambda: torch.nn.Softmax(-1), ANY),
    "SoftMax on axis 1": Case(lambda _: SoftMax(1), lambda: torch.nn.Softmax(1), ((4, 3), (2, 3, 5), (2, 3, 4, 2))),
    "LogSoftMax": Case(lambda _: LogSoftMax(), lambda: torch.nn.LogSoftmax(-1), ANY),
    "LogSoftMax on axis 1": Case(
        lambda _: LogSoftMax(1), lambda: torch.nn.LogSoftmax(1), ((4, 3), (2, 3, 5), (2, 3, 4, 2))
    ),
    "BatchNormalization": Case(
        lambda _: BatchNormalization(),
        lambda: torch.nn.BatchNorm1d(3, eps=EPS, affine=False),
        ((2, 3), (5, 3), (16, 3)),
        MOVING,
    ),
    "BatchNormalization of sequences": Case(
        lambda _: BatchNormalization(),
        lambda: FeaturesLast(3),
        ((2, 2, 3), (5, 4, 3)),
        {ours: f"norm.{theirs}" for ours, theirs in MOVING.items()},
    ),
    "BatchNormalization of images": Case(
        lambda _: BatchNormalization(axis=1),
        lambda: torch.nn.BatchNorm2d(3, eps=EPS, affine=False),
        ((1, 3, 2, 2), (4, 3, 2, 5)),
        MOVING,
    ),
    "ChannelwiseScaling": Case(
        lambda seed: ChannelwiseScaling(3, rng=seed),
        lambda: Scale(3),
        ((3,), (1, 3), (5, 3), (2, 4, 3)),
        {"gamma": "gamma", "beta": "beta"},
    ),
    "ReLU": Case(lambda _: ReLU(), torch.nn.ReLU, ANY),
    "Swish, a plugin's": Case(lambda _: layers["Swish"](), torch.nn.SiLU, ANY),
    "LeakyReLU": Case(lambda _: LeakyReLU(), lambda: torch.nn.LeakyReLU(0.03), ANY),
    "LeakyReLU of slope -0.7": Case(lambda _: LeakyReLU(-0.7), lambda: torch.nn.LeakyReLU(-0.7), ANY),
    "LeakyReLU of slope 1.5": Case(lambda _: LeakyReLU(1.5), lambda: torch.nn.LeakyReLU(1.5), ANY),
    "ELU": Case(lambda _: ELU(), torch.nn.ELU, ANY),
    "ELU of alpha 0.3": Case(lambda _: ELU(0.3), lambda: torch.nn.ELU(0.3), ANY),
    "SoftPlus": Case(lambda _: SoftPlus(), torch.nn.Softplus, ANY),
    "GELU": Case(lambda _: GELU(), torch.nn.GELU, FEW, seeds=5),
    "GELU by tanh": Case(lambda _: GELU("tanh"), lambda: torch.nn.GELU("tanh"), FEW, seeds=5),
    "SiLU": Case(lambda _: SiLU(), torch.nn.SiLU, FEW, seeds=5),
    "Tanh": Case(lambda _: Tanh(), torch.nn.Tanh, FEW, seeds=5),
    "Sigmoid": Case(lambda _: Sigmoid(), torch.nn.Sigmoid, FEW, seeds=5),
    "PReLU": Case(lambda _: PReLU(), torch.nn.PReLU, FEW, {"slope": "weight"}, seeds=5),
    "PReLU of channels": Case(
        lambda _: PReLU(3, -0.5),
        lambda: torch.nn.PReLU(3, -0.5),
        ((1, 3), (4, 3, 2, 5)),
        {"slope": "weight"},
        seeds=5,
    ),
    "Identity": Case(lambda _: Identity(), torch.nn.Identity, FEW, seeds=5),
    "Residual": Case(
        lambda seed: Residual(Linear(3, 5, rng=seed), Tanh(), Linear(5, 3, rng=seed + 1)),
        Skipping,
        ((1, 3), (4, 3)),
        {f"{i}.{ours}": f"inner.{i}.{theirs}" for i in (0, 2) for ours, theirs in {"W": "weight", "b": "bias"}.items()},
        seeds=5,
    ),
    "Dropout of nothing": Case(lambda _: Dropout(0.0), lambda: torch.nn.Dropout(0.0), ANY),
    "Dropout of everything": Case(lambda _: Dropout(1.0), lambda: torch.nn.Dropout(1.0), ANY),
}


def strided(array: np.ndarray) -> np.ndarray:
    spaced = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
    spaced[..., ::2] = array
    return spaced[..., ::2]


def reversed_in_memory(array: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(array[::-1])[::-1]


LAYOUTS = [np.ascontiguousarray, np.asfortranarray, strided, reversed_in_memory]


def compare(
    case: Case, shape: tuple[int, ...], seed: int, mode: str, dtype: Any, tolerance: float, layout: Any = np.copy
) -> None:
    """Run both forward and twice backward, and compare all that comes out."""
    ours, theirs = case.pair(seed, dtype, mode, shape)
    rng = np.random.default_rng(seed)
    input = (rng.standard_normal(shape) * 3).astype(dtype)
    their_input = torch.from_numpy(input).requires_grad_()
    their_output = theirs(their_input)
    gradOutput = rng.standard_normal(their_output.shape).astype(dtype)
    their_output.backward(torch.from_numpy(gradOutput), retain_graph=True)
    their_gradInput = their_input.grad.numpy().copy()
    their_output.backward(torch.from_numpy(gradOutput))

    our_output = ours.forward(layout(input))
    ours.backward(layout(input), layout(gradOutput))
    our_gradInput = ours.backward(layout(input), layout(gradOutput))

    close = partial(np.testing.assert_allclose, rtol=tolerance, atol=tolerance)
    close(our_output, their_output.detach().numpy(), err_msg=f"output, shape {shape}, seed {seed}")
    close(our_gradInput, their_gradInput, err_msg=f"gradInput, shape {shape}, seed {seed}")
    for name, gradient in ours.namedGradParameters().items():
        expected = theirs.get_parameter(case.arrays[name]).grad.numpy()
        close(gradient, expected, err_msg=f"gradient of {name}, shape {shape}, seed {seed}")


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("mode", ["train", "evaluate"])
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_float64_equals_pytorch(case: Case, mode: str, layout: Any) -> None:
    for shape in case.shapes:
        for seed in range(case.seeds):
            compare(case, shape, seed, mode, np.float64, 1e-9, layout)


@pytest.mark.parametrize("mode", ["train", "evaluate"])
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_float32_equals_pytorch_to_the_accuracy_of_float32(case: Case, mode: str) -> None:
    for shape in case.shapes:
        for seed in range(case.seeds):
            compare(case, shape, seed, mode, np.float32, 2e-5)


KINKED = ["ReLU", "LeakyReLU", "LeakyReLU of slope -0.7", "LeakyReLU of slope 1.5", "ELU", "ELU of alpha 0.3", "PReLU"]


@pytest.mark.parametrize("name", KINKED)
def test_the_derivative_at_a_kink_is_that_of_pytorch(name: str) -> None:
    ours, theirs = CASES[name].ours(0), CASES[name].theirs().double()
    kink = np.array([0.0, -0.0])
    their_kink = torch.from_numpy(kink).requires_grad_()
    theirs(their_kink).sum().backward()
    ours.forward(kink)
    np.testing.assert_array_equal(ours.backward(kink, np.ones(2)), their_kink.grad)


@pytest.mark.parametrize("name", [*KINKED, "SoftPlus", "Tanh", "Sigmoid"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_nan_infinities_and_extremes_are_those_of_pytorch(name: str, dtype: Any) -> None:
    ours, theirs = CASES[name].ours(0), CASES[name].theirs()
    extremes = np.array([np.nan, np.inf, -np.inf, 1e30, -1e30, 1000, -1000, 1e-30, -1e-30], dtype)
    inputs = torch.from_numpy(extremes).requires_grad_()
    theirs.to(inputs.dtype)
    output = theirs(inputs)
    output[1:].sum().backward()
    np.testing.assert_allclose(ours.forward(extremes), output.detach().numpy(), rtol=1e-6)
    gradInput = ours.backward(extremes, np.ones_like(extremes))
    np.testing.assert_allclose(gradInput[1:], inputs.grad.numpy()[1:], rtol=1e-6)


@pytest.mark.parametrize("name", ["SoftMax", "LogSoftMax"])
def test_masked_scores_are_those_of_pytorch(name: str) -> None:
    ours, theirs = CASES[name].ours(0), CASES[name].theirs()
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        x, g = rng.standard_normal((4, 6)) * 5, rng.standard_normal((4, 6))
        x[:, 1:][rng.random((4, 5)) < 0.4] = -np.inf
        their_x = torch.from_numpy(x).requires_grad_()
        y = theirs(their_x)
        y.backward(torch.from_numpy(g))
        np.testing.assert_allclose(ours.forward(x), y.detach().numpy(), rtol=1e-9, atol=1e-15)
        np.testing.assert_allclose(ours.backward(x, g), their_x.grad.numpy(), rtol=1e-9, atol=1e-12)


def test_BatchNormalization_keeps_the_biased_variance_where_pytorch_keeps_the_unbiased() -> None:
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        alpha = float(rng.random())
        ours = BatchNormalization(alpha)
        theirs = torch.nn.BatchNorm1d(3, eps=EPS, momentum=1 - alpha, affine=False).double()
        first = rng.standard_normal((6, 3))
        ours.forward(first)
        # Ours starts from the first batch, theirs from mean 0 and variance 1.
        theirs.running_mean.copy_(torch.from_numpy(first.mean(axis=0)))
        theirs.running_var.copy_(torch.from_numpy(first.var(axis=0)))
        excess = np.zeros(3)
        for batch_size in (2, 5, 9):
            x = rng.standard_normal((batch_size, 3)) * 3 + 2
            ours.forward(x)
            theirs(torch.from_numpy(x))
            excess = excess * alpha + (x.var(axis=0, ddof=1) - x.var(axis=0)) * (1 - alpha)
        np.testing.assert_allclose(ours.moving_mean, theirs.running_mean.numpy(), rtol=1e-9)
        np.testing.assert_allclose(ours.moving_variance + excess, theirs.running_var.numpy(), rtol=1e-9)


def test_BatchNormalization_of_alpha_zero_is_pytorch_of_momentum_one_times_the_bias() -> None:
    for seed in SEEDS:
        x = np.random.default_rng(seed).standard_normal((5, 3))
        ours, theirs = BatchNormalization(), torch.nn.BatchNorm1d(3, eps=EPS, momentum=1.0, affine=False).double()
        ours.forward(x)
        theirs(torch.from_numpy(x))
        np.testing.assert_allclose(ours.moving_mean, theirs.running_mean.numpy(), rtol=1e-9)
        np.testing.assert_allclose(ours.moving_variance, theirs.running_var.numpy() * 4 / 5, rtol=1e-9)


def test_BatchNormalization_before_training_is_a_new_one_of_pytorch() -> None:
    x = np.random.default_rng(0).standard_normal((5, 3))
    ours, theirs = BatchNormalization(), torch.nn.BatchNorm1d(3, eps=EPS, affine=False).double().eval()
    ours.evaluate()
    np.testing.assert_allclose(ours.forward(x), theirs(torch.from_numpy(x)).numpy(), rtol=1e-12)


def test_BatchNormalization_then_ChannelwiseScaling_is_the_affine_one_of_pytorch() -> None:
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        x, g = rng.standard_normal((6, 3)), rng.standard_normal((6, 3))
        normalize, scale = BatchNormalization(), ChannelwiseScaling(3, rng=seed, dtype=np.float64)
        theirs = torch.nn.BatchNorm1d(3, eps=EPS).double()
        with torch.no_grad():
            theirs.weight.copy_(torch.from_numpy(scale.gamma))
            theirs.bias.copy_(torch.from_numpy(scale.beta))
        their_x = torch.from_numpy(x).requires_grad_()
        their_y = theirs(their_x)
        their_y.backward(torch.from_numpy(g))
        y = normalize.forward(x)
        np.testing.assert_allclose(scale.forward(y), their_y.detach().numpy(), rtol=1e-9, atol=1e-12)
        gradInput = normalize.backward(x, scale.backward(y, g))
        np.testing.assert_allclose(gradInput, their_x.grad.numpy(), rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(scale.gradGamma, theirs.weight.grad.numpy(), rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(scale.gradBeta, theirs.bias.grad.numpy(), rtol=1e-9, atol=1e-12)


def test_SoftPlus_is_exact_above_the_threshold_where_pytorch_returns_its_input() -> None:
    for seed in SEEDS:
        x = np.random.default_rng(seed).uniform(-40, 60, 50)
        their_x = torch.from_numpy(x).requires_grad_()
        their_y = torch.nn.functional.softplus(their_x, threshold=20)
        their_y.sum().backward()
        ours = SoftPlus()
        above = x > 20
        omitted = np.where(above, np.log1p(np.exp(-np.abs(x))), 0)
        np.testing.assert_allclose(ours.forward(x), their_y.detach().numpy() + omitted, rtol=1e-14)
        omitted = np.where(above, -1 / (1 + np.exp(np.abs(x))), 0)
        np.testing.assert_allclose(ours.backward(x, np.ones(50)), their_x.grad.numpy() + omitted, rtol=1e-14)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("p", [0.2, 0.5, 0.9])
def test_Dropout_is_that_of_pytorch_given_the_mask(p: float, dtype: Any) -> None:
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        x, g = rng.standard_normal((4, 5)).astype(dtype), rng.standard_normal((4, 5)).astype(dtype)
        ours = Dropout(p, rng=seed)
        kept = torch.from_numpy(ours.forward(x) != 0)
        rtol = 1e-9 if dtype == np.float64 else 1e-6
        # What PyTorch's own backward pass does is a function of its mask; forward, the same function of the input.
        through_mask = partial(torch.ops.aten.native_dropout_backward, mask=kept, scale=1 / (1 - p))
        np.testing.assert_allclose(ours.output, through_mask(torch.from_numpy(x)).numpy(), rtol=rtol)
        np.testing.assert_allclose(ours.backward(x, g), through_mask(torch.from_numpy(g)).numpy(), rtol=rtol)


def test_Dropout_zeroes_as_many_and_scales_as_much_as_pytorch() -> None:
    ones = np.ones((500, 500))
    ours = Dropout(0.3, rng=0).forward(ones)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        theirs = torch.nn.Dropout(0.3)(torch.from_numpy(ones)).numpy()
    np.testing.assert_allclose(np.unique(ours), np.unique(theirs), rtol=1e-12)
    assert abs(np.mean(ours == 0) - np.mean(theirs == 0)) < 5 * np.sqrt(2 * 0.3 * 0.7 / ones.size)


def test_initial_parameters_of_Linear_have_the_distribution_of_pytorch() -> None:
    ours = Linear(50, 400, rng=0)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        theirs = torch.nn.Linear(50, 400)
    for one, other in ((ours.W, theirs.weight), (ours.b, theirs.bias)):
        other = other.detach().numpy()
        assert (one.shape, one.dtype) == (other.shape, other.dtype)
        quantiles = np.linspace(0, 1, 11)
        np.testing.assert_allclose(np.quantile(one, quantiles), np.quantile(other, quantiles), rtol=0, atol=0.025)
