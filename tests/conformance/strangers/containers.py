"""Modules made of modules: containers, and one that only holds its parts in attributes."""

import numpy as np

from minnet_core import Container, Example, Module, Sequential
from minnet_layers import Linear

from .elementwise import Tanh


class Residual(Container):
    """y = x + f(x)."""

    EXAMPLES = (Example(arguments={"inner": Linear(3, 3, rng=0)}, input=(4, 3), rejects=[(4, 2)]),)

    def __init__(self, inner):
        super().__init__(inner)

    def updateOutput(self, input):
        self.output = input + self.rethrowErrors(0, "forward", input)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput + self.rethrowErrors(0, "updateGradInput", input, gradOutput)
        return self.gradInput

    def accGradParameters(self, input, gradOutput):
        self.rethrowErrors(0, "accGradParameters", input, gradOutput)


class ReZero(Container):
    """y = x + a tanh(x Wᵀ + b), where the container itself has the parameter a (Bachlechner et al., 2020)."""

    PARAMETERS = {"a": "gradA"}
    EXAMPLES = (Example(arguments={"n_feats": 3, "rng": 0}, input=(4, 3)),)

    def __init__(self, n_feats, a=0.5, rng=None):
        super().__init__(Sequential(Linear(n_feats, n_feats, rng=rng), Tanh()))
        self.a, self.gradA = np.full(1, a, np.float32), np.zeros(1, np.float32)

    def updateOutput(self, input):
        self.output = input + self.a * self.modules[0].forward(input)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput + self.modules[0].updateGradInput(input, self.a * gradOutput)
        return self.gradInput

    def accGradParameters(self, input, gradOutput):
        self.gradA += (gradOutput * self.modules[0].output).sum()
        self.modules[0].accGradParameters(input, self.a * gradOutput)


class StochasticDepth(Container):
    """A residual block that each sample of a training batch skips with probability p (Huang et al., 2016).

    y = x + k f(x), with k = 0 for the samples that skip it and 1/(1 - p) for the others.
    """

    CACHES = ("kept",)
    EXAMPLES = (
        Example(
            arguments={"n_feats": 3, "p": 0.4, "rng": 0},
            input=(4, 3),
            traits={"stochastic", "train-differs"},
            rejected_arguments=[{"p": 1}, {"p": -0.1}],
        ),
    )

    def __init__(self, n_feats, p=0.5, rng=None):
        if not 0 <= p < 1:
            raise ValueError(f"StochasticDepth: expected 0 <= p < 1, received {p!r}")
        self.p = p
        self.rng = np.random.default_rng(rng)
        self.kept = None
        super().__init__(Sequential(Linear(n_feats, n_feats, rng=self.rng), Tanh()))

    def updateOutput(self, input):
        self.kept = np.ones((len(input), *[1] * (input.ndim - 1)), input.dtype)
        if self.training:
            self.kept *= self.rng.random(self.kept.shape) >= self.p
            self.kept /= 1 - self.p
        self.output = input + self.kept * self.rethrowErrors(0, "forward", input)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput + self.rethrowErrors(0, "updateGradInput", input, self.kept * gradOutput)
        return self.gradInput

    def accGradParameters(self, input, gradOutput):
        self.rethrowErrors(0, "accGradParameters", input, self.kept * gradOutput)


class Fork(Container):
    """Gives every module the same input; returns the table of their outputs, and sums their gradients."""

    EXAMPLES = (
        Example(arguments={"modules": (Linear(3, 2, rng=0), Tanh())}, input=(4, 3)),
        Example(arguments={"modules": (Tanh(),)}, input=(2, 3)),
    )

    def __init__(self, modules):
        super().__init__(*modules)

    def updateOutput(self, input):
        self.output = tuple(self.rethrowErrors(i, "forward", input) for i in range(len(self)))
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = sum(
            self.rethrowErrors(i, "updateGradInput", input, gradient) for i, gradient in enumerate(gradOutput)
        )
        return self.gradInput

    def accGradParameters(self, input, gradOutput):
        for i, gradient in enumerate(gradOutput):
            self.rethrowErrors(i, "accGradParameters", input, gradient)


class ParallelColumns(Container):
    """Linear layers side by side, one for each stretch of features; their outputs are joined."""

    EXAMPLES = (Example(arguments={"pairs": ((1, 2), (3, 1)), "rng": 0}, input=(3, 4), rejects=[(3, 2)]),)

    def __init__(self, pairs, rng=None):
        rng = np.random.default_rng(rng)
        super().__init__(*(Linear(n_in, n_out, rng=rng) for n_in, n_out in pairs))
        self.ins, self.outs = (np.cumsum(ns)[:-1].tolist() for ns in zip(*pairs, strict=True))

    def updateOutput(self, input):
        self.output = np.concatenate([m.forward(x) for m, x in zip(self, self._cut(input), strict=True)], axis=1)
        return self.output

    def updateGradInput(self, input, gradOutput):
        parts = zip(self, self._cut(input), np.split(gradOutput, self.outs, axis=1), strict=True)
        self.gradInput = np.concatenate([m.updateGradInput(x, g) for m, x, g in parts], axis=1)
        return self.gradInput

    def accGradParameters(self, input, gradOutput):
        for m, x, g in zip(self, self._cut(input), np.split(gradOutput, self.outs, axis=1), strict=True):
            m.accGradParameters(x, g)

    def _cut(self, input):
        return np.split(input, self.ins, axis=1)


class DeepNet(Module):
    """Linear and tanh, ``depth`` times, then linear; no container, only attributes and lists of them."""

    EXAMPLES = (Example(arguments={"n_in": 3, "n_hidden": 2, "n_out": 2, "rng": 0}, input=(4, 3)),)

    def __init__(self, n_in, n_hidden, n_out, depth=3, rng=None):
        super().__init__()
        rng = np.random.default_rng(rng)
        self.linears = [Linear(n_hidden if i else n_in, n_hidden, rng=rng) for i in range(depth)]
        self.tanhs = [Tanh() for _ in range(depth)]
        self.head = Linear(n_hidden, n_out, rng=rng)

    def updateOutput(self, input):
        for linear, tanh in zip(self.linears, self.tanhs, strict=True):
            input = tanh.forward(linear.forward(input))
        self.output = self.head.forward(input)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = self.head.updateGradInput(self.tanhs[-1].output, gradOutput)
        for i in reversed(range(len(self.linears))):
            gradient = self.tanhs[i].updateGradInput(self.linears[i].output, self.gradInput)
            self.gradInput = self.linears[i].updateGradInput(self.tanhs[i - 1].output if i else input, gradient)
        return self.gradInput

    def accGradParameters(self, input, gradOutput):
        for linear, tanh in zip(self.linears, self.tanhs, strict=True):
            linear.accGradParameters(input, tanh.gradInput)
            input = tanh.output
        self.head.accGradParameters(input, gradOutput)

    def getParameters(self):
        return [layer.getParameters() for layer in (*self.linears, self.head)]

    def getGradParameters(self):
        return [layer.getGradParameters() for layer in (*self.linears, self.head)]
