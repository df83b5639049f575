"""What PyTorch has no single counterpart for, as its users compose it: by minnet's names, with minnet's arguments.

Of several ways to write one, the fastest that was found stands here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

Modules = Sequence[nn.Module]


class _Reversal(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, x: Tensor, factor: float) -> Tensor:
        context.factor = factor
        return x.view_as(x)

    @staticmethod
    def backward(context: Any, *slopes: Tensor) -> tuple[Tensor, None]:
        return slopes[0] * -context.factor, None


def _cosine(x: Tensor, W: Tensor, n_in: int, n_out: int) -> Tensor:
    return functional.linear(functional.normalize(x, eps=1e-8), functional.normalize(W, eps=1e-8))


def _maxout(x: Tensor, W: Tensor, b: Tensor, n_in: int, n_out: int, pieces: int) -> Tensor:
    return functional.linear(x, W, b).view(len(x), pieces, n_out).max(1).values


def _each(modules: Modules, *inputs: Tensor) -> tuple[Tensor, ...]:
    return tuple(module(x) for module, x in zip(modules, inputs, strict=True))


def _bottle(x: Tensor, modules: Modules) -> Tensor:
    output: Tensor = modules[0](x.flatten(0, -2))
    return output.view(*x.shape[:-1], -1)


LAYERS: Mapping[str, Callable[..., Any]] = {
    "Add": lambda x, beta, n_out: x + beta,
    "Bottle": _bottle,
    "CAdd": lambda x, beta, size: x + beta,
    "CMaxTable": torch.maximum,
    "CMinTable": torch.minimum,
    "CMul": lambda x, gamma, size: x * gamma,
    "Concat": lambda x, modules, axis: torch.cat([module(x) for module in modules], axis),
    "ConcatTable": lambda x, modules: tuple(module(x) for module in modules),
    "Cosine": _cosine,
    "Euclidean": lambda x, W, n_in, n_out: torch.cdist(x, W),
    "GaussianNoise": lambda x, std: x + torch.empty_like(x).normal_(0, std),
    "GlobalAvgPool2d": lambda x: x.mean((2, 3)),
    "GlobalMaxPool2d": lambda x: functional.adaptive_max_pool2d(x, 1).flatten(1),
    "GradientReversal": lambda x, lambda_: _Reversal.apply(x, lambda_),  # type: ignore[no-untyped-call]
    "JoinTable": lambda *table, axis: torch.cat(table, axis),
    "MapTable": lambda *table, modules: tuple(modules[0](x) for x in table),
    "Maxout": _maxout,
    "Mul": lambda x, gamma: x * gamma,
    "ParallelTable": lambda *table, modules: _each(modules, *table),
    "Replicate": lambda x, n: x.unsqueeze(1).expand(-1, n, *x.shape[1:]),
    "Reshape": lambda x, shape: x.reshape(len(x), *shape),
    "Residual": lambda x, modules: x + modules[0](x),
}
"""Name of a layer -> the function of its inputs, its parameters and its arguments; and of ``modules``, its contents."""


def _dice(x: Tensor, t: Tensor) -> Tensor:
    return (1 - (2 * (x * t).sum(1) + 1) / (x.sum(1) + t.sum(1) + 1)).mean()


def _focal(x: Tensor, t: Tensor) -> Tensor:
    s = x * (2 * t - 1)
    return (torch.sigmoid(-s).square() * functional.softplus(-s)).sum() / len(x)


def _gaussian(mean: Tensor, variance: Tensor, t: Tensor) -> Tensor:
    return functional.gaussian_nll_loss(mean, t, variance, reduction="sum") / len(t)


def _log_cosh(x: Tensor, t: Tensor) -> Tensor:
    far = (x - t).abs()
    return (far + functional.softplus(-2 * far) - 0.6931471805599453).sum() / len(x)


def _multi(x: Tensor, t: Tensor, criterions: Any, weights: Sequence[float]) -> Tensor:
    squares, sizes = functional.mse_loss(x, t, reduction="sum"), functional.l1_loss(x, t, reduction="sum")
    return (weights[0] * squares + weights[1] * sizes) / len(x)


def _parallel(x: Tensor, y: Tensor, t: Tensor, u: Tensor, criterions: Any, weights: Sequence[float]) -> Tensor:
    squares = functional.mse_loss(x, t, reduction="sum") / len(x)
    return weights[0] * squares + weights[1] * functional.cross_entropy(y, u)


def _quantile(x: Tensor, t: Tensor) -> Tensor:
    d = x - t
    return (d.relu() - 0.5 * d).sum() / len(x)


def _margin(x: Tensor, t: Tensor) -> Tensor:
    return torch.addcmul(x.new_ones(()), t, x, value=-1).relu().sum() / len(x)


def _weighted(x: Tensor, t: Tensor, weights: Tensor) -> Tensor:
    return (weights * functional.mse_loss(x, t, reduction="none")).sum() / len(x)


CRITERIONS: Mapping[str, Callable[..., Tensor]] = {
    "DiceCriterion": _dice,
    "FocalCriterion": _focal,
    "GaussianNLLCriterion": _gaussian,
    "LogCoshCriterion": _log_cosh,
    "MarginCriterion": _margin,
    "MultiCriterion": _multi,
    "ParallelCriterion": _parallel,
    "QuantileCriterion": _quantile,
    "WeightedMSECriterion": _weighted,
}
"""Name of a criterion -> the function of its inputs, its targets and its arguments."""

NONE: Mapping[str, str] = dict.fromkeys(
    ("FlattenTable", "NarrowTable", "SelectTable"), "Python's indexing of a tuple takes no operation of PyTorch"
)
"""Name of a component -> why PyTorch has nothing of it that could be timed."""
