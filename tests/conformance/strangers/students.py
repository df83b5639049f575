"""Layers as students write them, who declare nothing and begin a moving average with a number: once blamed, too."""

import numpy as np

from minnet_core import Example, Module, Sequential


class StudentNorm(Module):
    """Batch normalization as it is written in class: nothing is declared, and the moving averages begin as numbers."""

    EXAMPLES = (
        Example(input=(5, 3), traits={"batch-coupled", "train-differs"}),
        Example(arguments={"alpha": 0.5}, input=(4, 2), traits={"batch-coupled", "train-differs"}),
    )

    def __init__(self, alpha=0.9):
        super().__init__()
        self.alpha = alpha
        self.moving_mean = 0
        self.moving_variance = 1.0

    def updateOutput(self, input):
        mean, variance = self.moving_mean, self.moving_variance
        if self.training:
            mean, variance = input.mean(axis=0), input.var(axis=0)
            self.moving_mean = self.alpha * self.moving_mean + (1 - self.alpha) * mean
            self.moving_variance = self.alpha * self.moving_variance + (1 - self.alpha) * variance
        self.output = (input - mean) / (variance + 1e-3) ** 0.5
        return self.output

    def updateGradInput(self, input, gradOutput):
        if not self.training:
            self.gradInput = gradOutput / (self.moving_variance + 1e-3) ** 0.5
            return self.gradInput
        scale = 1 / np.sqrt(input.var(axis=0) + 1e-3)
        normal = (input - input.mean(axis=0)) * scale
        centred = gradOutput - gradOutput.mean(axis=0) - normal * (gradOutput * normal).mean(axis=0)
        self.gradInput = centred * scale
        return self.gradInput


class RunningScale(Module):
    """Divides by a moving average of the mean magnitude, one number that begins as the integer 1."""

    EXAMPLES = (Example(input=(4, 3), traits={"train-differs"}),)

    def __init__(self):
        super().__init__()
        self.size = 1

    def updateOutput(self, input):
        if self.training:
            self.size = 0.9 * self.size + 0.1 * float(np.abs(input).mean())
            self.output = input.copy()
        else:
            self.output = input / input.dtype.type(self.size)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput.copy() if self.training else gradOutput / gradOutput.dtype.type(self.size)
        return self.gradInput


class NormalizedChain(Sequential):
    """A student's block again, as three modules."""

    EXAMPLES = (Example(input=(6, 3), traits={"batch-coupled", "train-differs", "kinks"}),)

    def __init__(self):
        super().__init__()
        for module in (_Mix(), StudentNorm(), _Rectifier()):
            self.add(module)


class _Mix(Module):
    """x W with a constant W."""

    W = np.array([[1.0, -0.5, 0.25], [0.5, 0.75, -1], [-0.25, 1, 0.5]])

    def updateOutput(self, input):
        self.output = input @ self.W.astype(input.dtype)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput @ self.W.T.astype(gradOutput.dtype)
        return self.gradInput


class _Rectifier(Module):
    """max(0, x)."""

    def updateOutput(self, input):
        self.output = np.maximum(input, 0)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput * (input > 0)
        return self.gradInput
