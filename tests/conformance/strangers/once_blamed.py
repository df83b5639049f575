"""Correct components of the kinds that strangers' and students' trials of the kit found to be blamed."""

import numpy as np

from minnet_core import Criterion, Example, Module


class PaddedConv2d(Module):
    """Cross-correlation with zeros around the input; every argument but the first two is a tuple, stored as given."""

    PARAMETERS = {"W": "gradW"}
    CACHES = ("padded",)
    EXAMPLES = (
        Example(arguments={"n_in": 2, "n_out": 2, "kernel": (2, 3), "rng": 0}, input=(2, 2, 3, 4)),
        Example(
            arguments={"n_in": 1, "n_out": 2, "kernel": (2, 2), "padding": ((1, 0), (0, 2)), "rng": 0},
            input=(2, 1, 3, 3),
        ),
    )

    def __init__(self, n_in, n_out, kernel, padding=((0, 0), (0, 0)), rng=None):
        super().__init__()
        self.kernel, self.padding = kernel, padding
        self.W = np.random.default_rng(rng).uniform(-0.5, 0.5, (n_out, n_in, *kernel)).astype(np.float32)
        self.gradW = np.zeros_like(self.W)
        self.padded = None

    def updateOutput(self, input):
        self.padded = np.pad(input, ((0, 0), (0, 0), *self.padding))
        height, width = (n - k + 1 for n, k in zip(self.padded.shape[2:], self.kernel, strict=True))
        self.output = np.zeros((len(input), len(self.W), height, width), np.result_type(input, self.W))
        for i, j in np.ndindex(*self.kernel):
            self.output += np.einsum(
                "nchw,fc->nfhw", self.padded[:, :, i : i + height, j : j + width], self.W[:, :, i, j]
            )
        return self.output

    def updateGradInput(self, input, gradOutput):
        around = np.zeros(self.padded.shape, np.result_type(gradOutput, self.W))
        height, width = gradOutput.shape[2:]
        for i, j in np.ndindex(*self.kernel):
            around[:, :, i : i + height, j : j + width] += np.einsum("nfhw,fc->nchw", gradOutput, self.W[:, :, i, j])
        (top, _), (left, _) = self.padding
        self.gradInput = around[:, :, top : top + input.shape[2], left : left + input.shape[3]].copy()
        return self.gradInput

    def accGradParameters(self, input, gradOutput):
        height, width = gradOutput.shape[2:]
        for i, j in np.ndindex(*self.kernel):
            window = self.padded[:, :, i : i + height, j : j + width]
            self.gradW[:, :, i, j] += np.einsum("nfhw,nchw->fc", gradOutput, window)


class MeanOver(Module):
    """The mean over some axes, which are stored as given."""

    EXAMPLES = (
        Example(arguments={"axes": (1, 2)}, input=(2, 3, 2, 2)),
        Example(arguments={"axes": (-1,)}, input=(3, 4)),
    )

    def __init__(self, axes):
        super().__init__()
        self.axes = axes

    def updateOutput(self, input):
        self.output = input.mean(axis=tuple(self.axes))
        return self.output

    def updateGradInput(self, input, gradOutput):
        expanded = np.expand_dims(gradOutput, tuple(self.axes))
        self.gradInput = np.broadcast_to(expanded, input.shape) * (gradOutput.size / input.size)
        self.gradInput = self.gradInput.astype(gradOutput.dtype)
        return self.gradInput


class Resized(Module):
    """Every sample in another shape; a number means a square, and the shape that came in is remembered as a tuple."""

    EXAMPLES = (
        Example(arguments={"shape": (2, 6)}, input=(3, 12)),
        Example(arguments={"shape": 2}, input=[(3, 4), (2, 1, 4)]),
    )

    def __init__(self, shape):
        super().__init__()
        self.shape = (shape, shape) if isinstance(shape, int) else shape
        self.came = ()

    def updateOutput(self, input):
        self.came = input.shape
        self.output = input.reshape(len(input), *self.shape).copy()
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput.reshape(self.came).copy()
        return self.gradInput


class ColumnWeights(Module):
    """Columns times constants, which are given as an array."""

    EXAMPLES = (Example(arguments={"weights": np.array([0.5, 2, -1], np.float32)}, input=(4, 3)),)

    def __init__(self, weights):
        super().__init__()
        self.weights = weights

    def updateOutput(self, input):
        self.output = input * self.weights.astype(input.dtype)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput * self.weights.astype(input.dtype)
        return self.gradInput


class MeanOverTokens(Criterion):
    """Cross-entropy of log-probabilities, the mean over the targets that are not ``ignore_index``, as PyTorch's."""

    EXAMPLES = (
        Example(
            input=(4, 3),
            target=lambda rng, shape, dtype: rng.integers(0, shape[1], shape[0]),
            traits={"log-probability-input", "integer-target"},
        ),
    )

    def __init__(self, ignore_index=-100):
        super().__init__()
        self.ignore_index = ignore_index

    def updateOutput(self, input, target):
        kept = self._kept(input, target)
        self.output = float(-input[kept, target[kept]].sum() / max(len(kept), 1))
        return self.output

    def updateGradInput(self, input, target):
        kept = self._kept(input, target)
        self.gradInput = np.zeros_like(input)
        self.gradInput[kept, target[kept]] = -1 / max(len(kept), 1)
        return self.gradInput

    def _kept(self, input, target):
        kept = np.flatnonzero(target != self.ignore_index)
        if (target[kept] < 0).any():  # NumPy refuses those that are too large
            raise IndexError(f"MeanOverTokens: expected classes from 0 to {input.shape[1] - 1}, received {target}")
        return kept


class OneHotLoss(Criterion):
    """Negative log-likelihood of the class that a one-hot target has its 1 in."""

    EXAMPLES = (
        Example(
            input=(4, 3),
            target=lambda rng, shape, dtype: np.eye(shape[1], dtype=dtype)[rng.integers(0, shape[1], shape[0])],
            traits={"log-probability-input"},
        ),
    )

    def updateOutput(self, input, target):
        self.output = float(-np.mean(input[np.arange(len(input)), target.argmax(axis=1)]))
        return self.output

    def updateGradInput(self, input, target):
        self.gradInput = np.zeros_like(input)
        self.gradInput[np.arange(len(input)), target.argmax(axis=1)] = -1 / len(input)
        return self.gradInput


class LinearNormReLU(Module):
    """A textbook's block: y = max(0, γ (xWᵀ - mean)/σ + β), with statistics of the batch."""

    PARAMETERS = {"W": "gradW", "gamma": "gradGamma", "beta": "gradBeta"}
    CACHES = ("normal", "inverse")
    EXAMPLES = (Example(arguments={"n_in": 3, "n_out": 4, "rng": 0}, input=(6, 3), traits={"batch-coupled", "kinks"}),)

    def __init__(self, n_in, n_out, rng=None):
        super().__init__()
        self.W = np.random.default_rng(rng).uniform(-0.5, 0.5, (n_out, n_in)).astype(np.float32)
        self.gamma, self.beta = np.ones(n_out, np.float32), np.zeros(n_out, np.float32)
        self.gradW, self.gradGamma, self.gradBeta = map(np.zeros_like, (self.W, self.gamma, self.beta))
        self.normal = self.inverse = None

    def updateOutput(self, input):
        hidden = input @ self.W.T
        hidden -= hidden.mean(axis=0)
        self.inverse = 1 / np.sqrt(np.square(hidden).mean(axis=0) + 1e-5)
        self.normal = hidden * self.inverse
        self.output = np.maximum(self.gamma * self.normal + self.beta, 0)
        return self.output

    def _before_relu(self, gradOutput):
        return gradOutput * (self.output > 0)

    def _hidden(self, gradOutput):
        slope = self._before_relu(gradOutput) * self.gamma
        centred = slope - slope.mean(axis=0) - self.normal * (slope * self.normal).mean(axis=0)
        return centred * self.inverse

    def updateGradInput(self, input, gradOutput):
        self.gradInput = self._hidden(gradOutput) @ self.W
        return self.gradInput

    def accGradParameters(self, input, gradOutput):
        self.gradW += self._hidden(gradOutput).T @ input
        self.gradGamma += (self._before_relu(gradOutput) * self.normal).sum(axis=0)
        self.gradBeta += self._before_relu(gradOutput).sum(axis=0)


class MixUp(Module):
    """Adds in training a random share of the sample before, and nothing in evaluation."""

    CACHES = ("share",)
    EXAMPLES = (
        Example(
            arguments={"rng": 0},
            input=[(4, 3), (3, 2, 2)],
            traits={"stochastic", "batch-coupled", "train-differs", "changes-mean"},
        ),
    )

    def __init__(self, rng=None):
        super().__init__()
        self.rng, self.share = np.random.default_rng(rng), None

    def updateOutput(self, input):
        self.share = input.dtype.type(self.rng.random() if self.training else 0)
        self.output = input + self.share * np.roll(input, 1, axis=0)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput + self.share * np.roll(gradOutput, -1, axis=0)
        return self.gradInput


class MaskedDropout(Module):
    """A student's dropout: nothing is declared, and the mask is of booleans or of NumPy's own float64."""

    EXAMPLES = (
        Example(arguments={"rng": 0}, input=(4, 3), traits={"stochastic", "train-differs"}),
        Example(arguments={"p": 0.2, "rng": 1}, input=(2, 3, 2), traits={"stochastic", "train-differs"}),
    )

    def __init__(self, p=0.5, rng=None):
        super().__init__()
        self.p, self.rng = p, np.random.default_rng(rng)
        self.mask = None

    def updateOutput(self, input):
        self.mask = np.ones(input.shape)
        if self.training:
            self.mask = (self.rng.random(input.shape) >= self.p) / (1 - self.p)
        self.output = (input * self.mask).astype(input.dtype)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = (gradOutput * self.mask).astype(gradOutput.dtype)
        return self.gradInput


class ZeroGradEmbedding(Module):
    """A lookup whose gradInput, of indices, is zeros in NumPy's own float64."""

    PARAMETERS = {"W": "gradW"}
    EXAMPLES = (Example(arguments={"count": 5, "width": 3, "rng": 0}, input=[(4,), (2, 3)], traits={"integer-input"}),)

    def __init__(self, count, width, rng=None):
        super().__init__()
        self.W = np.random.default_rng(rng).standard_normal((count, width)).astype(np.float32)
        self.gradW = np.zeros_like(self.W)

    def updateOutput(self, input):
        self.output = self.W[input % len(self.W)]
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = np.zeros(input.shape)
        return self.gradInput

    def accGradParameters(self, input, gradOutput):
        np.add.at(self.gradW, input % len(self.W), gradOutput)


class FlattenBatch(Module):
    """All numbers of all samples in one row, as a student's ``reshape(-1)`` puts them."""

    EXAMPLES = (Example(input=[(2, 3, 4), (3, 2)]),)

    def updateOutput(self, input):
        self.output = input.reshape(-1).copy()
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput.reshape(input.shape).copy()
        return self.gradInput


class MergeTime(Module):
    """Steps become samples: (batch, time, features) becomes (batch · time, features), said to couple them, and not."""

    EXAMPLES = (Example(input=(2, 3, 4), traits={"batch-coupled"}), Example(input=(3, 2, 2)))

    def updateOutput(self, input):
        self.output = input.reshape(-1, input.shape[-1]).copy()
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput.reshape(input.shape).copy()
        return self.gradInput
