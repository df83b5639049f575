"""Homework: the methods that the course asks for, and no declaration of anything but the examples.

The classes inherit nothing from those that all tests share: mutants are edits of the source of one class.
"""

import numpy as np

from minnet_core import Example, Module


class NotebookLinear(Module):
    """y = x Wᵀ + b; the parameters are float64, and drawn from the global generator."""

    EXAMPLES = (Example(arguments={"n_in": 3, "n_out": 2}, input=(4, 3), traits={"global-generator"}),)

    def __init__(self, n_in, n_out):
        super().__init__()
        stdv = 1.0 / np.sqrt(n_in)
        self.W = np.random.uniform(-stdv, stdv, size=(n_out, n_in))
        self.b = np.random.uniform(-stdv, stdv, size=n_out)
        self.gradW = np.zeros_like(self.W)
        self.gradb = np.zeros_like(self.b)

    def updateOutput(self, input):
        self.output = input @ self.W.T + self.b
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput @ self.W
        return self.gradInput

    def accGradParameters(self, input, gradOutput):
        self.gradW += gradOutput.T @ input
        self.gradb += np.sum(gradOutput, axis=0)

    def zeroGradParameters(self):
        self.gradW.fill(0)
        self.gradb.fill(0)

    def getParameters(self):
        return [self.W, self.b]

    def getGradParameters(self):
        return [self.gradW, self.gradb]

    def __repr__(self):
        return f"NotebookLinear {self.W.shape[1]} -> {self.W.shape[0]}"


class NotebookSoftMax(Module):
    """y = softmax(x), with the whole Jacobian diag(y) - y yᵀ in the backward pass."""

    EXAMPLES = (Example(input=[(4, 3), (2, 5)]),)

    def updateOutput(self, input):
        self.output = np.subtract(input, input.max(axis=1, keepdims=True))
        self.output = np.exp(self.output)
        self.output = self.output / self.output.sum(axis=1, keepdims=True)
        return self.output

    def updateGradInput(self, input, gradOutput):
        y = self.output
        jacobian = np.einsum("ij,jk->ijk", y, np.eye(y.shape[1], dtype=y.dtype)) - np.einsum("ij,ik->ijk", y, y)
        self.gradInput = np.einsum("ijk,ij->ik", jacobian, gradOutput)
        return self.gradInput


class NotebookMaxOverTime(Module):
    """The largest of each row of (batch, channels, time); where it was is not even promised in the constructor."""

    EXAMPLES = (Example(input=(2, 3, 4), traits={"kinks"}),)

    def updateOutput(self, input):
        self.best = np.argmax(input, axis=-1)
        self.output = np.max(input, axis=-1)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = np.zeros_like(input)
        for i in np.ndindex(*self.best.shape):
            self.gradInput[(*i, self.best[i])] = gradOutput[i]
        return self.gradInput


class ForgetfulScale(Module):
    """y = γ x, by someone who forgot to call the constructor of the base class."""

    EXAMPLES = (Example(arguments={"n": 3}, input=[(4, 3), (2, 2, 3)]),)

    def __init__(self, n):
        self.gamma = np.linspace(0.5, 1.5, n, dtype=np.float32)
        self.gradGamma = np.zeros(n, dtype=np.float32)

    def updateOutput(self, input):
        self.output = self.gamma * input
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = self.gamma * gradOutput
        return self.gradInput

    def accGradParameters(self, input, gradOutput):
        self.gradGamma += (input * gradOutput).reshape(-1, self.gamma.size).sum(axis=0)

    def zeroGradParameters(self):
        self.gradGamma.fill(0)

    def getParameters(self):
        return [self.gamma]

    def getGradParameters(self):
        return [self.gradGamma]


class NotebookNet(Module):
    """The notebook's Sequential, which defines backward itself, filled by the constructor."""

    EXAMPLES = (Example(arguments={"widths": (3, 4, 2)}, input=(3, 3), traits={"global-generator"}),)

    def __init__(self, widths):
        super().__init__()
        self.modules = []
        for i in range(len(widths) - 1):
            self.add(NotebookLinear(widths[i], widths[i + 1]))
            self.add(NotebookSoftMax())

    def add(self, module):
        self.modules.append(module)

    def updateOutput(self, input):
        self.output = input
        for module in self.modules:
            self.output = module.forward(self.output)
        return self.output

    def backward(self, input, gradOutput):
        for i in range(len(self.modules) - 1, 0, -1):
            gradOutput = self.modules[i].backward(self.modules[i - 1].output, gradOutput)
        self.gradInput = self.modules[0].backward(input, gradOutput)
        return self.gradInput

    def zeroGradParameters(self):
        for module in self.modules:
            module.zeroGradParameters()

    def getParameters(self):
        return [x.getParameters() for x in self.modules]

    def getGradParameters(self):
        return [x.getGradParameters() for x in self.modules]

    def train(self):
        self.training = True
        for module in self.modules:
            module.train()

    def evaluate(self):
        self.training = False
        for module in self.modules:
            module.evaluate()

    def __repr__(self):
        return "".join(str(x) + "\n" for x in self.modules)
