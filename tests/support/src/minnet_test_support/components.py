"""The smallest right components: what the tests of the kit, and of what treats all components alike, try it on."""

import numpy as np

from minnet_core import Criterion, Module, Optimizer


class Identity(Module):
    """y = x"""

    def updateOutput(self, input):
        self.output = input.copy()
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput.copy()
        return self.gradInput


class Halved(Identity):
    """Computes another thing in evaluation."""

    def updateOutput(self, input):
        self.output = input * (1 if self.training else 0.5)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput * (1 if self.training else 0.5)
        return self.gradInput


class Centred(Identity):
    """Couples the samples of a batch."""

    def updateOutput(self, input):
        self.output = input - input.mean(axis=0)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput - gradOutput.mean(axis=0)
        return self.gradInput


class Dropout(Identity):
    """Drops half of what it is given."""

    SCALE = 2

    def __init__(self, rng=None):
        super().__init__()
        self.rng = np.random.default_rng(rng)

    def updateOutput(self, input):
        self.mask = (
            self.SCALE * (self.draw(input.shape) < 0.5).astype(input.dtype) if self.training else np.ones_like(input)
        )
        self.output = input * self.mask
        return self.output

    def draw(self, shape):
        return self.rng.random(shape)

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput * self.mask
        return self.gradInput


class GlobalDropout(Dropout):
    """Draws from NumPy's global generator."""

    def __init__(self):
        super().__init__()

    def draw(self, shape):
        return np.random.random(shape)


class DeclaredLinear(Module):
    """A layer that declares its arrays."""

    PARAMETERS = {"W": "gradW", "b": "gradb"}

    def __init__(self, n_in, n_out, *, bias=True, dtype=np.float32, rng=None):
        super().__init__()
        rng = np.random.default_rng(rng)
        self.W = rng.standard_normal((n_out, n_in)).astype(dtype)
        self.b = rng.standard_normal(n_out).astype(dtype) if bias else None
        self.gradW = np.zeros_like(self.W)
        self.gradb = None if self.b is None else np.zeros_like(self.b)

    def updateOutput(self, input):
        self.output = input @ self.W.T
        if self.b is not None:
            self.output += self.b
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput @ self.W
        return self.gradInput

    def accGradParameters(self, input, gradOutput):
        self.gradW += gradOutput.T @ input
        if self.b is not None:
            self.gradb += gradOutput.sum(axis=0)

    def __repr__(self):
        return f"Linear {self.W.shape[1]} -> {self.W.shape[0]}"


class Squares(Criterion):
    """Takes real numbers, one for each of the input."""

    def updateOutput(self, input, target):
        self.output = float(((input - target) ** 2).sum() / len(input))
        return self.output

    def updateGradInput(self, input, target):
        self.gradInput = (2 * (input - target) / len(input)).astype(input.dtype)
        return self.gradInput


class Classes(Criterion):
    """Takes log-probabilities, and the number of a class for each sample."""

    def updateOutput(self, input, target):
        self.output = -float(input[np.arange(len(input)), target].mean())
        return self.output

    def updateGradInput(self, input, target):
        self.gradInput = np.zeros_like(input)
        self.gradInput[np.arange(len(input)), target] = -1 / len(input)
        return self.gradInput


class Down(Optimizer):
    """Steps against the gradient."""

    def __init__(self, module, rate=0.1):
        super().__init__(module)
        self.rate = rate

    def update(self, parameters, gradients):
        parameters -= self.rate * gradients
