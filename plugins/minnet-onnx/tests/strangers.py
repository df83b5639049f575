"""Layers of nobody's distribution, which name counterparts in PyTorch, or say themselves what they are in ONNX."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from minnet_core import Example, Module, Reference


class Elementwise(Module):
    """Computes a function of each number; its slope does not matter here."""

    def updateOutput(self, input):
        self.output = self.of(np.asarray(input))
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = np.zeros_like(gradOutput)
        return self.gradInput


class Swish6(Elementwise):
    """What a stranger wrote who read of it, and named it."""

    EXAMPLES = (Example(input=(4, 3), reference=Reference("torch.nn.Hardswish")),)

    def of(self, x):
        return x * np.clip(x + 3, 0, 6) / 6


class Leaky(Elementwise):
    """It has an argument that its counterpart calls by another name."""

    EXAMPLES = (
        Example(
            arguments={"slope": 0.1}, input=(4, 3), reference=Reference("torch.nn.LeakyReLU", {"negative_slope": 0.1})
        ),
    )

    def __init__(self, slope=0.01):
        super().__init__()
        self.slope = slope

    def of(self, x):
        return np.where(x > 0, x, self.slope * x).astype(x.dtype)


class Cube(Elementwise):
    """It has no counterpart; the hook exports it."""

    EXAMPLES = (Example(input=[(4, 3), (2, 5, 1)]),)

    def of(self, x):
        return x * x * x


class Mystery(Elementwise):
    """Nobody says what it is."""

    EXAMPLES = (Example(input=(4, 3)),)

    def of(self, x):
        return np.floor(x)


class Dense(Module):
    """A linear map, as a notebook would have it."""

    PARAMETERS: ClassVar = {"W": "gradW", "b": "gradb"}
    EXAMPLES = (
        Example(
            arguments={"n_in": 3, "n_out": 2},
            input=(4, 3),
            reference=Reference("torch.nn.Linear", {"in_features": 3, "out_features": 2}, {"W": "weight", "b": "bias"}),
        ),
    )

    def __init__(self, n_in, n_out, rng=0):
        super().__init__()
        rng = np.random.default_rng(rng)
        self.W = rng.standard_normal((n_out, n_in)).astype(np.float32)
        self.b = rng.standard_normal(n_out).astype(np.float32)
        self.gradW, self.gradb = np.zeros_like(self.W), np.zeros_like(self.b)

    def updateOutput(self, input):
        self.output = input @ self.W.T + self.b
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput @ self.W
        return self.gradInput

    def accGradParameters(self, input, gradOutput):
        self.gradW += gradOutput.T @ input
        self.gradb += gradOutput.sum(axis=0)


class Doubles(Leaky):
    """It inherits examples, and computes something else."""

    def of(self, x):
        return 2 * x


class Pair(Module):
    """A table of two: the numbers, and how many of them each sample has."""

    EXAMPLES = (Example(input=(4, 3)),)

    def updateOutput(self, input):
        self.output = (input + 1, np.full(len(input), input.shape[1], np.float32))
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput[0]
        return self.gradInput
