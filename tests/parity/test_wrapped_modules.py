"""The kit blames none of PyTorch's own modules: each is wrapped as a minnet module and must pass every check."""

from __future__ import annotations

import os
from functools import partial

import pytest
from torch import nn
from wrapped import SelfAttention, Wrapped

from minnet_core import Sequential
from minnet_core.testing import Case, checks_for, examine
from minnet_core.testing.checks import OWN_CHECKS

SEEDS = range(min(20, int(os.environ.get("CONFORMANCE_SEEDS", "1"))))
"""One takes a minute; all 20 with ``CONFORMANCE_SEEDS=20``."""

KINKED, COUPLED, NORMALIZES = {"kinks"}, {"batch-coupled"}, {"batch-coupled", "train-differs"}


def _indices(rng, shape, dtype):
    return rng.integers(0, 5, shape)


def _linear_and_normalized():
    return nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.ReLU())


MODULES = {
    "Linear": (partial(nn.Linear, 3, 2), (4, 3)),
    "Bilinear": (partial(nn.Bilinear, 3, 2, 2), ((4, 3), (4, 2))),
    "Conv1d": (partial(nn.Conv1d, 2, 3, 3, padding=1), (2, 2, 5)),
    "Conv2d": (partial(nn.Conv2d, 2, 2, (2, 3)), (2, 2, 4, 4)),
    "Conv2d(groups)": (partial(nn.Conv2d, 4, 4, 2, stride=2, groups=2), (2, 4, 4, 4)),
    "ConvTranspose1d": (partial(nn.ConvTranspose1d, 2, 2, 3, stride=2), (2, 2, 3)),
    "AvgPool1d": (partial(nn.AvgPool1d, 2), (2, 2, 4)),
    "AdaptiveAvgPool1d": (partial(nn.AdaptiveAvgPool1d, 2), (2, 2, 5)),
    "MaxPool1d": (partial(nn.MaxPool1d, 2), (2, 2, 4), KINKED),
    "MaxPool2d": (partial(nn.MaxPool2d, 2), (2, 1, 4, 4), KINKED),
    "LayerNorm": (partial(nn.LayerNorm, 4), (3, 4)),
    "GroupNorm": (partial(nn.GroupNorm, 2, 4), (3, 4, 2)),
    "InstanceNorm1d": (partial(nn.InstanceNorm1d, 2), (3, 2, 4)),
    "RMSNorm": (partial(nn.RMSNorm, 4, eps=1e-5), (3, 4)),
    "BatchNorm1d": (partial(nn.BatchNorm1d, 3), (5, 3), NORMALIZES),
    "BatchNorm2d": (partial(nn.BatchNorm2d, 2), (3, 2, 2, 3), NORMALIZES),
    "ReLU": (nn.ReLU, (4, 3), KINKED),
    "ReLU6": (nn.ReLU6, (4, 3), KINKED),
    "LeakyReLU": (nn.LeakyReLU, (4, 3), KINKED),
    "PReLU": (partial(nn.PReLU, 3), (4, 3), KINKED),
    "ELU": (nn.ELU, (4, 3)),
    "SELU": (nn.SELU, (4, 3), KINKED),
    "CELU": (nn.CELU, (4, 3)),
    "GELU": (nn.GELU, (4, 3)),
    "SiLU": (nn.SiLU, (4, 3)),
    "Mish": (nn.Mish, (4, 3)),
    "Softplus": (nn.Softplus, (4, 3)),
    "Softsign": (nn.Softsign, (4, 3)),
    "Tanh": (nn.Tanh, (4, 3)),
    "Sigmoid": (nn.Sigmoid, (4, 3)),
    "LogSigmoid": (nn.LogSigmoid, (4, 3)),
    "Softmax": (partial(nn.Softmax, -1), (4, 3)),
    "LogSoftmax": (partial(nn.LogSoftmax, -1), (4, 3)),
    "GLU": (nn.GLU, (4, 6)),
    "Hardtanh": (nn.Hardtanh, (4, 3), KINKED),
    "CosineSimilarity": (nn.CosineSimilarity, ((4, 3), (4, 3))),
    "Flatten": (nn.Flatten, (2, 3, 2)),
    "PixelShuffle": (partial(nn.PixelShuffle, 2), (2, 4, 2, 2)),
    "Upsample": (partial(nn.Upsample, scale_factor=2), (2, 2, 3)),
    "ZeroPad1d": (partial(nn.ZeroPad1d, (1, 2)), (2, 2, 3)),
    "Embedding": (partial(nn.Embedding, 5, 3), (4, 2), {"integer-input"}, _indices),
    "EmbeddingBag": (partial(nn.EmbeddingBag, 5, 3), (4, 2), {"integer-input"}, _indices),
    "RNN": (partial(nn.RNN, 3, 2, batch_first=True), (2, 3, 3)),
    "GRU": (partial(nn.GRU, 3, 2, batch_first=True), (2, 3, 3)),
    "LSTM": (partial(nn.LSTM, 3, 2, batch_first=True), (2, 3, 3)),
    "MultiheadAttention": (SelfAttention, (2, 3, 4)),
    "TransformerEncoderLayer": (
        partial(nn.TransformerEncoderLayer, 4, 2, 6, dropout=0.0, activation="gelu", batch_first=True),
        (2, 3, 4),
    ),
    "Linear, BatchNorm1d, ReLU": (
        _linear_and_normalized,
        (6, 3),
        NORMALIZES | KINKED,
    ),
}


def chain():
    """The same three modules, each wrapped by itself."""
    return Sequential(*map(Wrapped, (partial(nn.Linear, 3, 4), partial(nn.BatchNorm1d, 4), nn.ReLU)))


def _case(name, seed):
    make, shape, *more = MODULES[name]
    return Case(
        partial(Wrapped, make), name=name, input=shape, seed=seed, **dict(zip(("traits", "draw"), more, strict=False))
    )


SLOW = {"RNN", "GRU", "LSTM", "MultiheadAttention", "TransformerEncoderLayer"}
"""What takes minutes over axes of hundreds: PyTorch records each step for its backward pass, at each difference."""

CHECKS = [check.name for check in OWN_CHECKS if check.name != "long_axes_are_treated_alike"]


@pytest.mark.parametrize("name", MODULES)
def test_a_module_of_pytorch_is_never_blamed(name):
    for seed in SEEDS:
        case = _case(name, seed)
        checks = [check.name for check in checks_for(case) if name not in SLOW or check.name in CHECKS]
        assert [result.explanation for result in examine(case, checks).failures] == []


def test_a_chain_of_pytorchs_modules_is_never_blamed():
    for seed in SEEDS:
        case = Case(chain, input=(6, 3), traits=NORMALIZES | KINKED, seed=seed)
        assert [result.explanation for result in examine(case).failures] == []
