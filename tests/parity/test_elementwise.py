"""Layers of one number after another, against PyTorch where `test_references` does not look: kinks, infinities."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional

from minnet_core import Module
from minnet_layers import (
    CELU,
    SELU,
    Abs,
    Clamp,
    Exp,
    HardShrink,
    HardSigmoid,
    HardSwish,
    HardTanh,
    Log,
    LogSigmoid,
    Mish,
    Power,
    ReLU6,
    RReLU,
    SoftShrink,
    SoftSign,
    Sqrt,
    Square,
    TanhShrink,
    Threshold,
)

Function = Callable[[torch.Tensor], torch.Tensor]
Pair = tuple[Module, Function]


def six(x: torch.Tensor) -> torch.Tensor:
    """What torch.nn.Hardsigmoid is, with its derivative in float64 as exact as the rest."""
    return functional.relu6(x + 3) / 6


def evaluated(module: Module) -> Module:
    module.evaluate()
    return module


KINKED: dict[str, tuple[Module, Function, list[float]]] = {
    "Abs": (Abs(), torch.abs, [0]),
    "CELU": (CELU(), torch.nn.CELU(), [0]),
    "CELU of alpha 3": (CELU(3), torch.nn.CELU(3), [0]),
    "Clamp": (Clamp(-0.5, 2), lambda x: torch.clamp(x, -0.5, 2), [-0.5, 2]),
    "Clamp to one": (Clamp(2, 2), lambda x: torch.clamp(x, 2, 2), [1, 2, 3]),
    "Clamp from above": (Clamp(max=2), lambda x: torch.clamp(x, max=2), [2]),
    "HardShrink": (HardShrink(), torch.nn.Hardshrink(), [-0.5, 0.5]),
    "HardShrink of 0": (HardShrink(0), torch.nn.Hardshrink(0), [0]),
    "HardSigmoid": (HardSigmoid(), torch.nn.Hardsigmoid(), [-3, 3]),
    "HardSwish": (HardSwish(), torch.nn.Hardswish(), [-3, 3]),
    "HardTanh": (HardTanh(), torch.nn.Hardtanh(), [-1, 1]),
    "HardTanh from 0.5 to 2": (HardTanh(0.5, 2), torch.nn.Hardtanh(0.5, 2), [0.5, 2]),
    "ReLU6": (ReLU6(), torch.nn.ReLU6(), [0, 6]),
    "RReLU": (evaluated(RReLU()), torch.nn.RReLU().eval(), [0]),
    "SELU": (SELU(), torch.nn.SELU(), [0]),
    "SoftShrink": (SoftShrink(), torch.nn.Softshrink(), [-0.5, 0.5]),
    "SoftShrink of 0": (SoftShrink(0), torch.nn.Softshrink(0), [0]),
    "Sqrt": (Sqrt(), torch.sqrt, [0]),
    "Threshold": (Threshold(0.5, -7), torch.nn.Threshold(0.5, -7), [0.5]),
}
SMOOTH: dict[str, Pair] = {
    "Exp": (Exp(), torch.exp),
    "Log": (Log(), torch.log),
    "LogSigmoid": (LogSigmoid(), torch.nn.LogSigmoid()),
    "Mish": (Mish(), torch.nn.Mish()),
    "SoftSign": (SoftSign(), torch.nn.Softsign()),
    "Square": (Square(), torch.square),
    "TanhShrink": (TanhShrink(), torch.nn.Tanhshrink()),
    **{f"Power of {p}": (Power(p), lambda x, p=p: torch.pow(x, p)) for p in (-2, -1, -0.5, 0, 0.5, 1, 2, 3, 4, 5)},
}
ALL: dict[str, Pair] = {name: entry[:2] for name, entry in KINKED.items()} | SMOOTH


def theirs(function: Function, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    tensor = torch.from_numpy(x).requires_grad_()
    output = function(tensor)
    output.sum().backward()
    return output.detach().numpy(), tensor.grad.numpy()


@pytest.mark.parametrize("name", KINKED)
def test_the_output_and_the_derivative_at_a_kink_are_those_of_pytorch(name: str) -> None:
    layer, function, kinks = KINKED[name]
    x = np.array(kinks, np.float64)
    output, gradient = theirs(function, x)
    with np.errstate(divide="ignore"):
        np.testing.assert_array_equal(layer.forward(x), output)
        np.testing.assert_allclose(layer.backward(x, np.ones_like(x)), gradient, rtol=1e-15)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_nan_infinities_and_extremes_are_those_of_pytorch(name: str, dtype: Any) -> None:
    layer, function = ALL[name]
    x = np.array([np.nan, np.inf, -np.inf, 1e30, -1e30, 1000, -1000, 30, -30, 1e-30, -1e-30, 0], dtype)
    output, gradient = theirs(function, x)
    with np.errstate(all="ignore"):
        received, slope = layer.forward(x), layer.backward(x, np.ones_like(x))
    for ours, expected in ((received, output), (slope, gradient)):
        is_defined = ~(np.isinf(x) & np.isnan(expected))  # there ours may be the limit
        is_defined &= ~np.isnan(x) | (expected is output)
        atol = 1e-9 if name == "SoftSign" else 1e-40  # whose derivative cancels digits in PyTorch
        np.testing.assert_allclose(ours[is_defined], expected[is_defined], rtol=2e-6, atol=atol)


def test_HardSigmoid_is_that_of_pytorch_and_its_derivative_exact_in_float64() -> None:
    rng, layer = np.random.default_rng(0), HardSigmoid()
    x, g = 3 * rng.standard_normal((2, 5, 7))
    tensor = torch.from_numpy(x).requires_grad_()
    output = six(tensor)
    output.backward(torch.from_numpy(g))
    np.testing.assert_allclose(layer.forward(x), torch.nn.Hardsigmoid()(tensor).detach(), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(layer.backward(x, g), tensor.grad, rtol=1e-9, atol=1e-9)


def test_RReLU_draws_slopes_of_the_distribution_of_pytorch() -> None:
    x = np.full(20_000, -1.0)
    slopes = -RReLU(0.2, 0.6, rng=0).forward(x)
    expected = -torch.nn.RReLU(0.2, 0.6)(torch.from_numpy(x)).numpy()
    np.testing.assert_allclose(np.quantile(slopes, [0, 0.25, 0.5, 0.75, 1]), [0.2, 0.3, 0.4, 0.5, 0.6], atol=0.01)
    np.testing.assert_allclose(np.sort(slopes), np.sort(expected), atol=0.015)
