"""Modules that are right, in ways that a kit might take for mistakes, and declare nothing."""

import random

import torch
from torch import nn


class ThinnedThenBent(nn.Module):
    """The mean of a bend behind dropout is not the bend of the mean."""

    def __init__(self, features=5):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(features, 4), nn.Dropout(0.3), nn.Tanh(), nn.Linear(4, 2))

    def forward(self, x):
        return self.layers(x)


class NormalizedThenThinned(nn.Module):
    """Training takes the statistics of the batch, evaluation those of before."""

    def __init__(self, features=5):
        super().__init__()
        self.layers = nn.Sequential(nn.BatchNorm1d(features), nn.Dropout(0.3))

    def forward(self, x):
        return self.layers(x)


class KeepsDistributions(nn.Module):
    """AlphaDropout keeps the mean of a distribution, not that of an element."""

    def __init__(self):
        super().__init__()
        self.thinned = nn.AlphaDropout(0.3)

    def forward(self, x):
        return self.thinned(x)


class HasAGenerator(nn.Module):
    """Draws from a generator of its own."""

    def __init__(self):
        super().__init__()
        self.generator = torch.Generator().manual_seed(3)

    def forward(self, x):
        if not self.training:
            return x / 2
        return x * torch.rand(x.shape, generator=self.generator, dtype=torch.float64).to(x.dtype)


class DrawsFromPython(nn.Module):
    """Draws from Python's generator, as some leave out whole layers."""

    def forward(self, x):
        return x * random.random() if self.training else x / 2


class SkipsAtRandom(nn.Module):
    """Leaves out whole samples of a branch, and scales the others."""

    def __init__(self, features=5):
        super().__init__()
        self.linear = nn.Linear(features, features)

    def forward(self, x):
        if not self.training:
            return x + self.linear(x)
        kept = torch.rand(len(x), 1, dtype=torch.float64) < 0.8
        return x + kept / 0.8 * self.linear(x) if x.dtype == torch.float64 else x + kept.float() / 0.8 * self.linear(x)


class KeepsAMaskOfEachShape(nn.Module):
    """Has a cache, by all that what it holds depends on."""

    def __init__(self):
        super().__init__()
        self.cache = {}

    def forward(self, x):
        key = x.shape[1:], x.dtype
        if key not in self.cache:
            self.cache[key] = torch.linspace(0, 1, x[0].numel(), dtype=x.dtype).reshape(x.shape[1:])
        return x * self.cache[key]


class HasPositions(nn.Module):
    """Has a buffer that its state_dict does not hold."""

    def __init__(self, features=5):
        super().__init__()
        self.register_buffer("positions", torch.arange(features).float(), persistent=False)
        self.weight = nn.Parameter(torch.ones(1))

    def forward(self, x):
        return x + self.weight * self.positions


class Parametrized(nn.Module):
    """Computes its weight of two others."""

    def __init__(self, features=5):
        super().__init__()
        self.linear = nn.utils.parametrizations.weight_norm(nn.Linear(features, 2))

    def forward(self, x):
        return self.linear(x)


class Ties(nn.Module):
    """Has one weight in two places."""

    def __init__(self, features=5):
        super().__init__()
        self.there, self.back = nn.Linear(features, features), nn.Linear(features, features)
        self.back.weight = self.there.weight

    def forward(self, x):
        return self.back(torch.tanh(self.there(x)))


RIGHT = [
    each for each in vars().values() if isinstance(each, type) and issubclass(each, nn.Module) and each is not nn.Module
]
