"""Elementwise functions, by someone who keeps a formula to one line."""

import math

import numpy as np

from minnet_core import Example, Module, Reference

_erfc = np.vectorize(math.erfc, otypes=[np.float64])


class Tanh(Module):
    """y = tanh(x); dy/dx = 1 - y²."""

    EXAMPLES = (Example(input=[(4, 3), (2, 3, 2)], reference=Reference("torch.nn.Tanh")),)

    def updateOutput(self, input):
        self.output = np.tanh(input)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput * (1 - self.output**2)
        return self.gradInput


class Sigmoid(Module):
    """y = 1/(1 + exp(-x)), by whichever exponential is small; dy/dx = y(1 - y)."""

    EXAMPLES = (Example(input=(4, 3), reference=Reference("torch.nn.Sigmoid")),)

    def updateOutput(self, input):
        small = np.exp(-np.abs(input))
        self.output = np.where(input >= 0, 1, small) / (1 + small)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput * self.output * (1 - self.output)
        return self.gradInput


class Softsign(Module):
    """y = x/(1 + |x|); dy/dx = 1/(1 + |x|)², which is 1 at 0 from both sides."""

    EXAMPLES = (Example(input=(3, 4), reference=Reference("torch.nn.Softsign")),)

    def updateOutput(self, input):
        self.output = input / (1 + np.abs(input))
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput / (1 + np.abs(input)) ** 2
        return self.gradInput


class GELU(Module):
    """y = x Φ(x) with the exact Φ, the normal distribution function; dy/dx = Φ(x) + x φ(x)."""

    EXAMPLES = (Example(input=(4, 3), reference=Reference("torch.nn.GELU")),)

    def updateOutput(self, input):
        self.output = input * self._distribution(input)
        return self.output

    def updateGradInput(self, input, gradOutput):
        density = np.exp(-0.5 * input * input) / math.sqrt(2 * math.pi)
        self.gradInput = gradOutput * (self._distribution(input) + input * density)
        return self.gradInput

    def _distribution(self, x):
        return (0.5 * _erfc(x * -math.sqrt(0.5))).astype(x.dtype)


class Abs(Module):
    """y = |x|; dy/dx = sign(x), 0 at 0."""

    EXAMPLES = (Example(input=[(4, 3), (5,)], traits={"kinks"}),)

    def updateOutput(self, input):
        self.output = np.abs(input)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = np.sign(input) * gradOutput
        return self.gradInput


class Square(Module):
    """y = x²."""

    EXAMPLES = (Example(input=(4, 3)),)

    def updateOutput(self, input):
        self.output = np.square(input)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = 2 * input * gradOutput
        return self.gradInput


class Exp(Module):
    """y = exp(x), infinite where that is more than the dtype holds."""

    EXAMPLES = (Example(input=(4, 3)),)

    def updateOutput(self, input):
        self.output = np.exp(input)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput * self.output
        return self.gradInput


class Log(Module):
    """y = log(x) of positive numbers."""

    EXAMPLES = (Example(input=(4, 3), traits={"positive-input"}),)

    def updateOutput(self, input):
        self.output = np.log(input)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput / input
        return self.gradInput


class Sqrt(Module):
    """y = √x of positive numbers; dy/dx = 1/(2y)."""

    EXAMPLES = (Example(input=(2, 3, 2), traits={"positive-input"}),)

    def updateOutput(self, input):
        self.output = np.sqrt(input)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = 0.5 * gradOutput / self.output
        return self.gradInput


class Reciprocal(Module):
    """y = 1/x of positive numbers; dy/dx = -1/x²."""

    EXAMPLES = (Example(input=(4, 3), traits={"positive-input"}),)

    def updateOutput(self, input):
        self.output = 1 / input
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = -gradOutput / input**2
        return self.gradInput


class Logit(Module):
    """y = log(x/(1 - x)) of numbers between 0 and 1; dy/dx = 1/(x(1 - x))."""

    EXAMPLES = (Example(input=(4, 3), traits={"unit-interval-input"}),)

    def updateOutput(self, input):
        self.output = np.log(input) - np.log1p(-input)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput / (input * (1 - input))
        return self.gradInput


class Scale(Module):
    """y = a x, with one number a for everything."""

    PARAMETERS = {"a": "gradA"}
    EXAMPLES = (Example(input=[(4, 3), (2, 3, 2)]), Example(arguments={"a": -2}, input=(5, 1)))

    def __init__(self, a=1.0):
        super().__init__()
        self.a, self.gradA = np.array([a], np.float32), np.zeros(1, np.float32)

    def updateOutput(self, input):
        self.output = input * self.a
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput * self.a
        return self.gradInput

    def accGradParameters(self, input, gradOutput):
        self.gradA += np.vdot(input, gradOutput)
