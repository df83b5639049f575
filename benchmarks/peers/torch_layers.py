"""PyTorch's counterparts of minnet's layers, with the weights that all peers start from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import torch
from torch import nn

from ..drawing import draw_weights
from ..workload import Layers, Spec
from .dispatch import lookup


class Scale(nn.Module):
    """ChannelwiseScaling alone, for which PyTorch has no module; one fused kernel does it."""

    def __init__(self, gamma: torch.Tensor, beta: torch.Tensor) -> None:
        super().__init__()
        self.gamma, self.beta = nn.Parameter(gamma), nn.Parameter(beta)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Scale and shift."""
        return torch.addcmul(self.beta, x, self.gamma)


class Calling(nn.Module):
    """A function for which PyTorch has no module."""

    def __init__(self, function: Callable[..., torch.Tensor], **arguments: float) -> None:
        super().__init__()
        self.function, self.arguments = function, arguments

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Call it."""
        return self.function(x, **self.arguments)


def _linear(weights: dict[str, Any], *, n_in: int, n_out: int) -> nn.Module:
    layer = nn.Linear(n_in, n_out)
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(weights["W"]))
        layer.bias.copy_(torch.from_numpy(weights["b"]))
    return layer


def _normalization(
    weights: dict[str, Any], scaling: dict[str, Any] | None = None, n: int = 0, *, alpha: float
) -> nn.BatchNorm1d:
    """With the scaling that follows it, which PyTorch has in the same module."""
    n = len(weights["moving_mean"]) if weights else n
    layer = nn.BatchNorm1d(n, eps=1e-3, momentum=1 - alpha, affine=scaling is not None)
    with torch.no_grad():
        if weights:
            layer.get_buffer("running_mean").copy_(torch.from_numpy(weights["moving_mean"]))
            layer.get_buffer("running_var").copy_(torch.from_numpy(weights["moving_variance"]))
        if scaling is not None:
            layer.weight.copy_(torch.from_numpy(scaling["gamma"]))
            layer.bias.copy_(torch.from_numpy(scaling["beta"]))
    return layer


_PLAIN: dict[str, Callable[..., nn.Module]] = {
    "Abs": partial(Calling, torch.abs),
    "CELU": nn.CELU,
    "Clamp": partial(Calling, torch.clamp),
    "Dropout": nn.Dropout,
    "ELU": nn.ELU,
    "Exp": partial(Calling, torch.exp),
    "GELU": nn.GELU,
    "HardShrink": nn.Hardshrink,
    "HardSigmoid": nn.Hardsigmoid,
    "HardSwish": nn.Hardswish,
    "HardTanh": nn.Hardtanh,
    "Identity": nn.Identity,
    "LeakyReLU": lambda slope=0.03: nn.LeakyReLU(slope),
    "Log": partial(Calling, torch.log),
    "LogSigmoid": nn.LogSigmoid,
    "LogSoftMax": lambda: nn.LogSoftmax(-1),
    "Mish": nn.Mish,
    "PReLU": nn.PReLU,
    "Power": partial(Calling, torch.pow),
    "RReLU": nn.RReLU,
    "ReLU": nn.ReLU,
    "ReLU6": nn.ReLU6,
    "SELU": nn.SELU,
    "SiLU": nn.SiLU,
    "Sigmoid": nn.Sigmoid,
    "SoftMax": lambda: nn.Softmax(-1),
    "SoftMin": lambda: nn.Softmin(-1),
    "SoftPlus": nn.Softplus,
    "SoftShrink": nn.Softshrink,
    "SoftSign": nn.Softsign,
    "Sqrt": partial(Calling, torch.sqrt),
    "Square": partial(Calling, torch.square),
    "Tanh": nn.Tanh,
    "TanhShrink": nn.Tanhshrink,
    "Threshold": nn.Threshold,
}


def make_layer(spec: Spec, width: int) -> nn.Module:
    """Make a layer alone."""
    if spec.name == "BatchNormalization":
        return _normalization({}, n=width, **spec.arguments)
    if spec.name == "Linear":
        return _linear(draw_weights((spec,))[0], **spec.arguments)
    if spec.name == "ChannelwiseScaling":
        weights = draw_weights((spec,))[0]
        return Scale(torch.from_numpy(weights["gamma"]), torch.from_numpy(weights["beta"]))
    module: nn.Module = lookup(_PLAIN, spec.name)(**spec.arguments)
    return module


def make_model(specs: Layers, *, with_log_softmax: bool) -> nn.Sequential:
    """Make a network, normalization and scaling joined; without the LogSoftMax if the loss has it in itself."""
    return nn.Sequential(*_modules(specs if with_log_softmax else specs[:-1]))


def _modules(specs: Layers) -> Iterator[nn.Module]:
    weights = draw_weights(specs)
    for index, spec in enumerate(specs):
        if spec.name == "Linear":
            yield _linear(weights[index], **spec.arguments)
        elif spec.name == "BatchNormalization":
            scaled = index + 1 < len(specs) and specs[index + 1].name == "ChannelwiseScaling"
            yield _normalization(weights[index], weights[index + 1] if scaled else None, **spec.arguments)
        elif spec.name != "ChannelwiseScaling":
            yield make_layer(spec, 0)
