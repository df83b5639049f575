"""The notebook's activation functions."""
# ruff: noqa: D101, UP008

from typing import Any

import numpy as np

from .protocol import Module


class SoftMax(Module):
    def updateOutput(self, input: Any) -> Any:
        self.output = np.subtract(input, input.max(axis=1, keepdims=True))
        exps = np.exp(self.output)
        self.output = exps / np.sum(exps, axis=1, keepdims=True)
        return self.output

    def updateGradInput(self, input: Any, gradOutput: Any) -> Any:
        softmax_output = self.output
        self.gradInput = np.empty_like(gradOutput)
        for i in range(len(gradOutput)):
            y = softmax_output[i]
            dy = gradOutput[i]
            self.gradInput[i] = y * (dy - np.dot(dy, y))
        return self.gradInput


class LogSoftMax(Module):
    def updateOutput(self, input: Any) -> Any:
        self.output = np.subtract(input, input.max(axis=1, keepdims=True))
        self.output -= np.log(np.sum(np.exp(self.output), axis=1, keepdims=True))
        return self.output

    def updateGradInput(self, input: Any, gradOutput: Any) -> Any:
        softmax_output = np.exp(self.output)
        self.gradInput = gradOutput - softmax_output * np.sum(gradOutput, axis=1, keepdims=True)
        return self.gradInput


class ReLU(Module):
    def updateOutput(self, input: Any) -> Any:
        self.output = np.maximum(input, 0)
        return self.output

    def updateGradInput(self, input: Any, gradOutput: Any) -> Any:
        self.gradInput = np.multiply(gradOutput, input > 0)
        return self.gradInput


class LeakyReLU(Module):
    def __init__(self, slope: float = 0.03) -> None:
        super(LeakyReLU, self).__init__()
        self.slope = slope

    def updateOutput(self, input: Any) -> Any:
        self.output = np.where(input > 0, input, self.slope * input)
        return self.output

    def updateGradInput(self, input: Any, gradOutput: Any) -> Any:
        self.gradInput = np.where(input > 0, gradOutput, self.slope * gradOutput)
        return self.gradInput


class ELU(Module):
    def __init__(self, alpha: float = 1.0) -> None:
        super(ELU, self).__init__()
        self.alpha = alpha

    def updateOutput(self, input: Any) -> Any:
        self.output = np.maximum(0, input) + self.alpha * (np.exp(np.minimum(0, input)) - 1)
        return self.output

    def updateGradInput(self, input: Any, gradOutput: Any) -> Any:
        grad = self.alpha * np.exp(np.minimum(0, input))
        grad[input > 0] = 1
        self.gradInput = gradOutput * grad
        return self.gradInput


class SoftPlus(Module):
    def updateOutput(self, input: Any) -> Any:
        self.output = np.log(1 + np.exp(input))
        return self.output

    def updateGradInput(self, input: Any, gradOutput: Any) -> Any:
        self.gradInput = gradOutput * (1 / (1 + np.exp(-input)))
        return self.gradInput
