"""Correct components that a kit is tempted to blame; each was blamed once, while the kit was made."""

from __future__ import annotations

import random

import numpy as np

from minnet_core import Criterion, Example, Module, Optimizer
from minnet_core.nn.arrays import leaves


class BiaslessNet(Module):
    """A W1, a ReLU and a W2: at an input of zero the chain rule gives 0, which is no slope of the whole."""

    PARAMETERS = {"V": "gradV", "W": "gradW"}
    CACHES = ("hidden",)
    EXAMPLES = (Example(arguments={"n_in": 3, "n_hidden": 4, "n_out": 2, "rng": 0}, input=(4, 3), traits={"kinks"}),)

    def __init__(self, n_in, n_hidden, n_out, rng=None):
        super().__init__()
        rng = np.random.default_rng(rng)
        self.V, self.gradV = rng.standard_normal((n_hidden, n_in)).astype(np.float32), np.zeros((n_hidden, n_in), "f")
        self.W, self.gradW = rng.standard_normal((n_out, n_hidden)).astype(np.float32), np.zeros((n_out, n_hidden), "f")
        self.hidden = None

    def updateOutput(self, input):
        self.hidden = np.maximum(input @ self.V.T, 0)
        self.output = self.hidden @ self.W.T
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = (gradOutput @ self.W * (self.hidden > 0)) @ self.V
        return self.gradInput

    def accGradParameters(self, input, gradOutput):
        self.gradW += gradOutput.T @ self.hidden
        self.gradV += (gradOutput @ self.W * (self.hidden > 0)).T @ input


class RootScale(Module):
    """y = x sqrt(s), for an s above 0, which it insists on."""

    PARAMETERS = {"s": "gradS"}
    EXAMPLES = (Example(input=[(4, 3), (2, 2, 3)]),)

    def __init__(self):
        super().__init__()
        self.s, self.gradS = np.ones(1, np.float32), np.zeros(1, np.float32)

    def updateOutput(self, input):
        if not self.s > 0:
            raise ValueError(f"RootScale: expected s above 0, received {self.s}")
        self.output = input * np.sqrt(self.s)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput * np.sqrt(self.s)
        return self.gradInput

    def accGradParameters(self, input, gradOutput):
        self.gradS += np.sum(gradOutput * input) / (2 * np.sqrt(self.s))


class RareDropout(Module):
    """Dropout that hardly ever drops anything, by Python's own generator."""

    CACHES = ("mask",)
    EXAMPLES = (Example(arguments={"p": 0.01, "rng": 3}, input=(4, 3), traits={"stochastic", "train-differs"}),)

    def __init__(self, p, rng=None):
        super().__init__()
        self.p = p
        self.random = random.Random(int(np.random.default_rng(rng).integers(2**32)))
        self.mask = None

    def updateOutput(self, input):
        if not self.training:
            self.output = input.copy()
            return self.output
        drawn = [self.random.random() >= self.p for _ in range(input.size)]
        self.mask = (np.reshape(drawn, input.shape) / (1 - self.p)).astype(input.dtype)
        self.output = input * self.mask
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput * self.mask if self.training else gradOutput.copy()
        return self.gradInput


class FarClip(Module):
    """min(max(x, -50), 50): its kinks are far from where inputs usually are."""

    EXAMPLES = (Example(input=(4, 3), traits={"kinks"}),)

    def updateOutput(self, input):
        self.output = np.clip(input, -50, 50)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput * (np.abs(input) <= 50)
        return self.gradInput


class StrictKLDiv(Criterion):
    """KL divergence that refuses targets which do not sum to 1."""

    EXAMPLES = (
        Example(
            input=(4, 3),
            target=lambda rng, shape, dtype: rng.dirichlet(np.full(shape[1], 3.0), shape[0]).astype(dtype),
            traits={"log-probability-input"},
        ),
    )

    def updateOutput(self, input, target):
        self._refuse(target)
        self.output = float(np.sum(target * (np.log(target) - input)) / len(input))
        return self.output

    def updateGradInput(self, input, target):
        self._refuse(target)
        self.gradInput = -target.astype(input.dtype) / len(input)
        return self.gradInput

    def _refuse(self, target):
        if not np.allclose(target.sum(axis=1), 1, rtol=1e-4):
            raise ValueError("StrictKLDiv: expected targets that sum to 1")


class ManyClassesLoss(Criterion):
    """Negative log-likelihood of 300 classes: more than a byte can name."""

    EXAMPLES = (
        Example(
            input=(2, 300),
            target=lambda rng, shape, dtype: rng.integers(200, shape[1], shape[0]),
            traits={"log-probability-input", "integer-target"},
        ),
    )

    def updateOutput(self, input, target):
        self.output = -float(np.mean(input[self._chosen(input, target)]))
        return self.output

    def updateGradInput(self, input, target):
        self.gradInput = np.zeros_like(input)
        self.gradInput[self._chosen(input, target)] = -1 / len(input)
        return self.gradInput

    def _chosen(self, input, target):
        if (target < 0).any():  # NumPy refuses those that are too large
            raise IndexError(f"ManyClassesLoss: expected classes from 0 to {input.shape[1] - 1}, received {target}")
        return np.arange(len(input)), target


class Rprop(Optimizer):
    """Resilient propagation: steps by the sign of the gradient; none where it has just changed."""

    STATE = ("step_size", "before")
    EXAMPLES = (Example(arguments={"lr": 0.01}, input=(4, 3)),)

    def __init__(self, module, lr=0.01):
        super().__init__(module)
        self.lr = lr

    def update(self, parameters, gradients, *state):
        step_size, before = state
        agreement = np.sign(gradients * before)
        step_size[step_size == 0] = self.lr
        step_size *= np.where(agreement > 0, 1.2, np.where(agreement < 0, 0.5, 1)).astype(parameters.dtype)
        direction = np.where(agreement < 0, 0, np.sign(gradients)).astype(parameters.dtype)
        parameters -= step_size * direction
        before[...] = gradients * (agreement >= 0)


class ClippedSGD(Optimizer):
    """SGD by a gradient whose length, over all parameters together, is at most 1."""

    EXAMPLES = (Example(arguments={"lr": 0.1}, input=(4, 3)),)

    def __init__(self, module, lr=0.1):
        super().__init__(module)
        self.lr = lr

    def step(self):
        parameters, gradients = self.module.flattenParameters()
        self.t += 1
        length = float(np.sqrt(sum(float(np.vdot(g, g)) for g in leaves(self.module.getGradParameters()))))
        parameters -= self.lr / max(length, 1.0) * gradients
