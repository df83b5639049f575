"""Losses of tables, whose inputs or targets are several arrays, described by the short form."""

import numpy as np

from minnet_core import Criterion, Example


class MaskedMSE(Criterion):
    """Σ m (x - t)²/N of a target (t, m), where m is a mask."""

    EXAMPLES = (Example(input=[(4, 3), (2, 5)], target="real;mask"), Example(input=(3, 2, 2), target="real;3,2:mask"))

    def updateOutput(self, input, target):
        self.output = float(np.square(self._difference(input, target)).sum() / len(input))
        return self.output

    def updateGradInput(self, input, target):
        self.gradInput = self._difference(input, target) * 2 / len(input)
        return self.gradInput

    @staticmethod
    def _difference(input, target):
        numbers, mask = target
        mask = mask.reshape(*mask.shape, *[1] * (input.ndim - mask.ndim))
        return np.where(mask, input - numbers.astype(input.dtype), 0)


class WeightedSamplesNLL(Criterion):
    """-Σ w log p of the class/N, of a target (classes, w) with a weight for each sample."""

    EXAMPLES = (
        Example(input=["4,3:log-probabilities", "2,5:log-probabilities"], target="classes;4:positive"),
        Example(input=(4, 3), target="4:classes<2;4:unit-interval", traits={"log-probability-input"}),
    )

    def updateOutput(self, input, target):
        classes, weights = target
        chosen = input[np.arange(len(input)), classes]
        self.output = float(-(weights * chosen).sum() / len(input))
        return self.output

    def updateGradInput(self, input, target):
        classes, weights = target
        self.gradInput = np.zeros_like(input)
        self.gradInput[np.arange(len(input)), classes] = -weights / len(input)
        return self.gradInput


class CosineLoss(Criterion):
    """Of a table (u, v), with a sign for each sample: the mean of 1 - cos(u, v) for 1, and max(0, cos(u, v)) for -1."""

    EXAMPLES = (Example(input=((4, 3), (4, 3)), target="4:signs", traits={"kinks"}),)

    def updateOutput(self, input, target):
        cosine, *_ = self._cosine(*input)
        losses = np.where(target > 0, 1 - cosine, np.maximum(cosine, 0))
        self.output = float(losses.mean())
        return self.output

    def updateGradInput(self, input, target):
        u, v = input
        cosine, length_u, length_v = self._cosine(u, v)
        slope = np.where(target > 0, -1, cosine > 0).astype(cosine.dtype)[:, None] / len(cosine)
        across = (length_u * length_v)[:, None]
        by_u = slope * (v / across - u * (cosine / length_u**2)[:, None])
        by_v = slope * (u / across - v * (cosine / length_v**2)[:, None])
        self.gradInput = by_u, by_v
        return self.gradInput

    @staticmethod
    def _cosine(u, v):
        length_u, length_v = (np.sqrt(np.einsum("si,si->s", x, x) + 1e-12) for x in (u, v))
        return np.einsum("si,si->s", u, v) / (length_u * length_v), length_u, length_v


class TripletLoss(Criterion):
    """The mean of max(0, |a - p|² - |a - n|² + margin) of a table (anchor, positive, negative); there is no target."""

    EXAMPLES = (Example(input=((4, 3), (4, 3), (4, 3)), target="none", traits={"kinks"}),)

    def __init__(self, margin=1.0):
        super().__init__()
        self.margin = margin

    def updateOutput(self, input, target=None):
        self.output = float(np.maximum(self._excess(*input), 0).mean())
        return self.output

    def updateGradInput(self, input, target=None):
        a, p, n = input
        factor = (self._excess(a, p, n) > 0).astype(a.dtype)[:, None] * 2 / len(a)
        self.gradInput = factor * (n - p), factor * (p - a), factor * (a - n)
        return self.gradInput

    def _excess(self, a, p, n):
        return np.square(a - p).sum(axis=1) - np.square(a - n).sum(axis=1) + self.margin


class SoftCrossEntropy(Criterion):
    """-Σ t log softmax(x)/N for targets that are probabilities."""

    EXAMPLES = (Example(input=[(4, 3), (2, 5)], target="probabilities"),)

    def updateOutput(self, input, target):
        self._expect_probabilities(target)
        shifted = input - input.max(axis=1, keepdims=True)
        log_sums = np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        self.output = float((target * (log_sums - shifted)).sum() / len(input))
        return self.output

    def updateGradInput(self, input, target):
        weights = np.exp(input - input.max(axis=1, keepdims=True))
        weights /= weights.sum(axis=1, keepdims=True)
        self.gradInput = (weights - target.astype(input.dtype)) / len(input)
        return self.gradInput

    @staticmethod
    def _expect_probabilities(target):
        if not np.allclose(target.sum(axis=1), 1, atol=1e-4):
            raise ValueError(f"expected probabilities, received {target}")
