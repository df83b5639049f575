"""Layers that draw random numbers in training mode."""

import numpy as np

from minnet_core import Example, Module

_NOISY = {"stochastic", "train-differs"}


class GaussianNoise(Module):
    """Adds N(0, σ²) to each element."""

    EXAMPLES = (
        Example(arguments={"sigma": 0.3, "rng": 0}, input=(4, 3), traits=_NOISY, rejected_arguments=[{"sigma": -1}]),
    )

    def __init__(self, sigma=0.1, rng=None):
        super().__init__()
        if sigma < 0:
            raise ValueError(f"GaussianNoise: expected sigma from 0, received {sigma!r}")
        self.sigma = sigma
        self.rng = np.random.default_rng(rng)

    def updateOutput(self, input):
        self.output = input.copy()
        if self.training:
            self.output += self.rng.normal(0, self.sigma, input.shape).astype(input.dtype)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput.copy()
        return self.gradInput


class AnnealedNoise(Module):
    """GaussianNoise whose σ shrinks as 1/(1 + steps): the number of training passes is part of the model."""

    BUFFERS = ("steps",)
    EXAMPLES = (Example(arguments={"rng": 0}, input=(3, 4), traits=_NOISY),)

    def __init__(self, sigma=0.5, rng=None):
        super().__init__()
        self.sigma = sigma
        self.steps = np.array(0)
        self.rng = np.random.default_rng(rng)

    def updateOutput(self, input):
        if self.training:
            sigma = self.sigma / (1 + int(self.steps))
            self.output = input + (sigma * self.rng.standard_normal(input.shape)).astype(input.dtype)
            self.steps += 1
        else:
            self.output = +input
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = +gradOutput
        return self.gradInput


class GaussianDropout(Module):
    """Multiplies each element by a number from N(1, σ²)."""

    CACHES = ("factor",)
    EXAMPLES = (Example(arguments={"sigma": 0.5, "rng": 1}, input=(2, 3, 2), traits=_NOISY),)

    def __init__(self, sigma=0.5, *, rng=None):
        super().__init__()
        self.sigma, self.rng, self.factor = sigma, np.random.default_rng(rng), None

    def updateOutput(self, input):
        if self.training:
            self.factor = 1 + self.sigma * self.rng.standard_normal(input.shape, dtype=np.float32).astype(input.dtype)
        else:
            self.factor = np.ones_like(input)
        self.output = input * self.factor
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput * self.factor
        return self.gradInput


class GlobalDropout(Module):
    """Dropout as it was written before generators: `np.random.seed` rules it."""

    CACHES = ("mask",)
    EXAMPLES = (
        Example(
            arguments={"p": 0.25},
            input=(4, 3),
            traits=_NOISY | {"global-generator"},
            rejected_arguments=[{"p": 1}, {"p": -0.5}],
        ),
    )

    def __init__(self, p=0.5):
        super().__init__()
        if not 0 <= p < 1:
            raise ValueError(f"GlobalDropout: expected 0 <= p < 1, received {p!r}")
        self.p = p
        self.mask = None

    def updateOutput(self, input):
        if self.training:
            self.mask = (np.random.rand(*input.shape) >= self.p).astype(input.dtype) / (1 - self.p)
        else:
            self.mask = np.ones(input.shape, input.dtype)
        self.output = input * self.mask
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput * self.mask
        return self.gradInput


class DropConnect(Module):
    """A linear layer that drops weights, not units: y = x (M W)ᵀ with one M for the batch (Wan et al., 2013)."""

    PARAMETERS = {"W": "gradW"}
    CACHES = ("mask",)
    EXAMPLES = (Example(arguments={"n_in": 3, "n_out": 2, "rng": 0}, input=(4, 3), traits=_NOISY, rejects=[(4, 2)]),)

    def __init__(self, n_in, n_out, p=0.5, rng=None):
        super().__init__()
        self.p = p
        self.rng = np.random.default_rng(rng)
        self.W = self.rng.normal(0, n_in**-0.5, (n_out, n_in)).astype(np.float32)
        self.gradW = np.zeros_like(self.W)
        self.mask = None

    def updateOutput(self, input):
        if input.shape[1:] != self.W.shape[1:]:  # before anything is drawn
            raise ValueError(f"DropConnect: expected {self.W.shape[1]} features, received {input.shape}")
        self.mask = np.ones_like(self.W)
        if self.training:
            self.mask *= self.rng.random(self.W.shape) >= self.p
            self.mask /= 1 - self.p
        self.output = input @ (self.mask * self.W).T
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput @ (self.mask * self.W)
        return self.gradInput

    def accGradParameters(self, input, gradOutput):
        self.gradW += self.mask * (gradOutput.T @ input)


class GumbelSoftmax(Module):
    """y = softmax((x + G)/τ), G Gumbel noise in training and 0 in evaluation: a soft sample of a class.

    dx = y (g - Σ g y)/τ
    """

    EXAMPLES = (
        Example(
            arguments={"temperature": 0.7, "rng": 2},
            input=(3, 4),
            traits=_NOISY | {"changes-mean"},
            rejected_arguments=[{"temperature": 0}],
        ),
    )

    def __init__(self, temperature=1.0, rng=None):
        super().__init__()
        if not temperature > 0:
            raise ValueError(f"GumbelSoftmax: expected a positive temperature, received {temperature!r}")
        self.temperature = float(temperature)
        self.rng = np.random.default_rng(rng)

    def updateOutput(self, input):
        scores = input
        if self.training:
            scores = scores + self.rng.gumbel(size=input.shape).astype(input.dtype)
        scores = np.exp((scores - scores.max(axis=-1, keepdims=True)) / self.temperature)
        self.output = scores / scores.sum(axis=-1, keepdims=True)
        return self.output

    def updateGradInput(self, input, gradOutput):
        along = (gradOutput * self.output).sum(axis=-1, keepdims=True)
        self.gradInput = self.output * (gradOutput - along) / self.temperature
        return self.gradInput
