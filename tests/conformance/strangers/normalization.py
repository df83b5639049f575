"""Normalizations. All of them subtract the mean before they square anything."""

import numpy as np

from minnet_core import Affine, Example, Module, Reference, expect_shape
from minnet_core.nn import parts_of_batch


def _centered(x, axis):
    """Subtract the mean, and then what rounding has left of it."""
    x = x - x.mean(axis=axis, keepdims=True)
    x -= x.mean(axis=axis, keepdims=True)
    return x


def _standardized(x, axis, eps):
    """Return (x - mean)/deviation and 1/deviation."""
    x = _centered(x, axis)
    inverse = 1 / np.sqrt(np.square(x).mean(axis=axis, keepdims=True) + eps)
    return x * inverse, inverse


def _standardized_backward(normal, inverse, gradient, axis):
    """(g - mean(g) - y mean(g y))/deviation."""
    along = (gradient * normal).mean(axis=axis, keepdims=True)
    return inverse * (gradient - gradient.mean(axis=axis, keepdims=True) - normal * along)


class LayerNorm(Module):
    """Standardizes the features of each sample, then scales and shifts them: y = γ x̂ + β."""

    PARAMETERS = {"gamma": "gradGamma", "beta": "gradBeta"}
    CACHES = ("normal", "inverse")
    EXAMPLES = (
        Example(
            arguments={"n_feats": 4},
            input=[(3, 4), (2, 3, 4)],
            rejects=[(3, 5), (3, 1)],
            reference=Reference("torch.nn.LayerNorm", {"normalized_shape": 4}, {"gamma": "weight", "beta": "bias"}),
        ),
    )

    def __init__(self, n_feats, eps=1e-5, dtype="float32"):
        super().__init__()
        self.eps = float(eps)
        self.gamma, self.beta = np.ones(n_feats, dtype), np.zeros(n_feats, dtype)
        self.gradGamma, self.gradBeta = np.zeros(n_feats, dtype), np.zeros(n_feats, dtype)
        self.normal = self.inverse = None

    def updateOutput(self, input):
        expect_shape(self, input, (*map(str, input.shape[:-1]), self.gamma.size))
        self.normal, self.inverse = _standardized(input, -1, self.eps)
        self.output = self.normal * self.gamma + self.beta
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = _standardized_backward(self.normal, self.inverse, gradOutput * self.gamma, -1)
        return self.gradInput

    def accGradParameters(self, input, gradOutput):
        batch = tuple(range(input.ndim - 1))
        self.gradGamma += (gradOutput * self.normal).sum(axis=batch)
        self.gradBeta += gradOutput.sum(axis=batch)

    def __repr__(self):
        return f"LayerNorm {self.gamma.size}"


class InstanceNorm(Module):
    """Standardizes each channel of each sample of (batch, channels, time) over time; nothing is learned."""

    CACHES = ("inverse",)
    EXAMPLES = (Example(input=(2, 2, 4), reference=Reference("torch.nn.InstanceNorm1d", {"num_features": 2})),)

    def updateOutput(self, input):
        self.output, self.inverse = _standardized(input, -1, 1e-5)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = _standardized_backward(self.output, self.inverse, gradOutput, -1)
        return self.gradInput


class BatchNorm(Module):
    """Standardizes each feature over the batch, as PyTorch does: a training batch of one sample is an error.

    The running variance is the unbiased one.
    """

    PARAMETERS = {"gamma": "gradGamma", "beta": "gradBeta"}
    BUFFERS = ("running_mean", "running_var")
    CACHES = ("normal", "inverse")
    EXAMPLES = (
        Example(
            arguments={"n_feats": 3},
            input=(4, 3),
            traits={"batch-coupled", "train-differs"},
            rejects=[(4, 2)],
            rejected_arguments=[{"momentum": 1.5}],
            reference=Reference(
                "torch.nn.BatchNorm1d",
                {"num_features": 3},
                {"gamma": "weight", "beta": "bias", "running_mean": "running_mean", "running_var": "running_var"},
            ),
        ),
    )

    def __init__(self, n_feats, momentum=0.1, eps=1e-5):
        super().__init__()
        if not 0 <= momentum <= 1:
            raise ValueError(f"BatchNorm: expected momentum from 0 to 1, received {momentum!r}")
        self.momentum, self.eps = float(momentum), float(eps)
        self.gamma, self.gradGamma = np.ones(n_feats, np.float32), np.zeros(n_feats, np.float32)
        self.beta, self.gradBeta = np.zeros(n_feats, np.float32), np.zeros(n_feats, np.float32)
        self.running_mean, self.running_var = np.zeros(n_feats, np.float32), np.ones(n_feats, np.float32)
        self.normal = self.inverse = None

    def updateOutput(self, input):
        expect_shape(self, input, ("batch", self.gamma.size))
        if self.training:
            n = len(input)
            if n < 2:
                raise ValueError("BatchNorm: expected more than one sample in training mode, received one")
            self.normal, self.inverse = _standardized(input, 0, self.eps)
            variance = np.square(_centered(input, 0)).sum(axis=0) / (n - 1)
            self.running_mean += self.momentum * (input.mean(axis=0) - self.running_mean)
            self.running_var += self.momentum * (variance - self.running_var)
        else:
            self.inverse = 1 / np.sqrt(self.running_var + self.eps)
            self.normal = (input - self.running_mean) * self.inverse
        self.output = self.normal * self.gamma + self.beta
        return self.output

    def updateGradInput(self, input, gradOutput):
        gradient = gradOutput * self.gamma
        if self.training:
            self.gradInput = _standardized_backward(self.normal, self.inverse, gradient, 0)
        else:
            self.gradInput = gradient * self.inverse
        return self.gradInput

    def accGradParameters(self, input, gradOutput):
        self.gradGamma += (gradOutput * self.normal).sum(axis=0)
        self.gradBeta += gradOutput.sum(axis=0)

    def as_affine(self):
        factor = self.gamma / np.sqrt(self.running_var.astype(np.float64) + self.eps)
        return Affine(factor, self.beta - factor * self.running_mean)


class RunningMeanSubtractor(Module):
    """Subtracts the mean of all samples seen before; a training pass adds its own to them afterwards.

    So a pass depends on those before it, but its gradient is the identity.
    """

    BUFFERS = ("mean", "count")
    EXAMPLES = (Example(arguments={"n_feats": 3}, input=(4, 3), rejects=[(4, 2)]),)

    def __init__(self, n_feats):
        super().__init__()
        self.mean = np.zeros(n_feats, np.float32)
        self.count = np.zeros(1, np.int64)

    def updateOutput(self, input):
        expect_shape(self, input, ("batch", self.mean.size))
        centered = input - self.mean
        if self.training:
            self.count += len(input)
            self.mean += centered.sum(axis=0) / self.count.astype(self.mean.dtype)
        self.output = centered
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput.copy()
        return self.gradInput


class L2Normalize(Module):
    """y = x/r with r = √(Σ x² + ε), for each sample; dx = (g - y Σ g y)/r."""

    EXAMPLES = (Example(input=[(4, 3), (2, 2, 3)]),)

    def updateOutput(self, input):
        self.output = input / self._length(input)
        return self.output

    def updateGradInput(self, input, gradOutput):
        along = (gradOutput * self.output).sum(axis=-1, keepdims=True)
        self.gradInput = (gradOutput - self.output * along) / self._length(input)
        return self.gradInput

    def _length(self, x):
        return np.sqrt(np.square(x).sum(axis=-1, keepdims=True) + 1e-12)


class GatheringNorm(Module):
    """Batch normalization without scales, over all parts of a batch: each tells two sums, forwards and backwards."""

    BUFFERS = ("running_mean", "running_var")
    CACHES = ("normal", "inverse")
    EXAMPLES = (Example(arguments={"n_feats": 3}, input=(5, 3), traits={"batch-coupled", "train-differs"}),)

    def __init__(self, n_feats, momentum=0.2, eps=1e-3, dtype="float32"):
        super().__init__()
        self.momentum, self.eps = float(momentum), float(eps)
        self.running_mean, self.running_var = np.zeros(n_feats, dtype), np.ones(n_feats, dtype)
        self.normal = self.inverse = None

    def means(self, *arrays):
        """Of the whole batch."""
        own = (len(arrays[0]), *(array.sum(axis=0) for array in arrays))
        parts = parts_of_batch()
        told = [own] if parts is None else parts.gather(own)
        count, *sums = (sum(each) for each in zip(*told, strict=True))
        return [total / count for total in sums]

    def updateOutput(self, input):
        if self.training:
            (mean,) = self.means(input)
            (more,) = self.means(input - mean)
            centered = input - mean - more
            (variance,) = self.means(np.square(centered))
            self.running_mean += self.momentum * (mean - self.running_mean)
            self.running_var += self.momentum * (variance - self.running_var)
        else:
            centered, variance = input - self.running_mean, self.running_var
        inverse = (1 / np.sqrt(variance + self.eps)).astype(input.dtype)
        self.normal, self.inverse = centered * inverse, inverse
        self.output = self.normal.copy()
        return self.output

    def updateGradInput(self, input, gradOutput):
        gradient = gradOutput
        if self.training:
            mean, along = self.means(gradOutput, gradOutput * self.normal)
            gradient = gradOutput - mean - self.normal * along
        self.gradInput = (gradient * self.inverse).astype(gradOutput.dtype)
        return self.gradInput
