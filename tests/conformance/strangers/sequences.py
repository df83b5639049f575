"""Sequences of unequal length: layers that take a mask or lengths besides, in tables described by the short form."""

import numpy as np

from minnet_core import Example, Module


class MaskedAttention(Module):
    """softmax(Q Kᵀ/√d) V of (Q, K, V, mask), over the steps of memory that the mask (batch, memory) has."""

    EXAMPLES = (
        Example(input="2,2,3;2,4,3;2,4,2;2,4:mask"),
        Example(input=["3,1,2;3,2,2;3,2,1;3,2:mask", "2,3,2;2,5,2;2,5,2;2,5:mask"]),
    )

    def updateOutput(self, input):
        q, k, v, mask = input
        self.output = self._weights(q, k, mask) @ v
        return self.output

    def updateGradInput(self, input, gradOutput):
        q, k, v, mask = input
        weights = self._weights(q, k, mask)
        by_weights = gradOutput @ v.swapaxes(1, 2)
        by_scores = weights * (by_weights - (weights * by_weights).sum(axis=2, keepdims=True)) / q.shape[2] ** 0.5
        self.gradInput = by_scores @ k, by_scores.swapaxes(1, 2) @ q, weights.swapaxes(1, 2) @ gradOutput, None
        return self.gradInput

    @staticmethod
    def _weights(q, k, mask):
        scores = q @ k.swapaxes(1, 2) / q.shape[2] ** 0.5
        scores = np.where(mask[:, None], scores, -np.inf)
        weights = np.exp(scores - scores.max(axis=2, keepdims=True))
        return weights / weights.sum(axis=2, keepdims=True)


class MaskedMax(Module):
    """The largest of each feature over the steps that a mask leaves out, where it is false, of (x, mask)."""

    EXAMPLES = (Example(input="3,4,2;3,4:mask", traits={"kinks"}),)

    def updateOutput(self, input):
        x, padding = input
        shown = np.where(padding[:, :, None], -np.inf, x).astype(x.dtype)
        steps = shown.argmax(axis=1)[:, None]
        self.steps, self.output = steps, np.take_along_axis(x, steps, axis=1)[:, 0]
        return self.output

    def updateGradInput(self, input, gradOutput):
        x, padding = input
        gradient = np.zeros_like(x)
        np.put_along_axis(gradient, self.steps, gradOutput[:, None], axis=1)
        self.gradInput = gradient, np.zeros(padding.shape)
        return self.gradInput


class MeanOverLength(Module):
    """The mean over the first steps of each sample, of (x, lengths)."""

    EXAMPLES = (Example(input="4,5,3;4:lengths<=5"), Example(input=((3, 2, 2), "3:lengths<=2")))

    def updateOutput(self, input):
        x, lengths = input
        sums = (x * self._kept(x, lengths)).sum(axis=1)
        self.output = sums / lengths[:, None].astype(x.dtype)
        return self.output

    def updateGradInput(self, input, gradOutput):
        x, lengths = input
        share = gradOutput / lengths[:, None].astype(x.dtype)
        self.gradInput = share[:, None] * self._kept(x, lengths), None
        return self.gradInput

    @staticmethod
    def _kept(x, lengths):
        return (np.arange(x.shape[1]) < lengths[:, None])[:, :, None]


class WordMean(Module):
    """The mean of the vectors of each sample's first words, of (words, lengths): nothing in the input is floating."""

    PARAMETERS = {"vectors": "gradVectors"}
    EXAMPLES = (Example(arguments={"n_words": 9, "n_feats": 2, "rng": 0}, input="4,5:int<9;4:lengths<=5"),)

    def __init__(self, n_words, n_feats, *, rng=None):
        super().__init__()
        self.vectors = np.random.default_rng(rng).standard_normal((n_words, n_feats)).astype(np.float32)
        self.gradVectors = np.zeros_like(self.vectors)

    def updateOutput(self, input):
        words, _ = input
        self.output = np.einsum("ntf,nt->nf", self.vectors[words], self._shares(input))
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = None

    def accGradParameters(self, input, gradOutput):
        words, _ = input
        np.add.at(self.gradVectors, words, gradOutput[:, None] * self._shares(input)[:, :, None])

    def _shares(self, input):
        words, lengths = input
        kept = np.arange(words.shape[1]) < lengths[:, None]
        return kept / lengths[:, None].astype(self.vectors.dtype)


class LengthGRU(Module):
    """The last state of a GRU, of (x, lengths): where a sequence has ended, its state stays.

    h' = z h + (1 - z) c with r, z = σ(x W + h U) and c = tanh(x W + r (h U)), three blocks in W and in U.
    """

    PARAMETERS = {"W": "gradW", "U": "gradU"}
    EXAMPLES = (Example(arguments={"n_in": 3, "n_out": 2, "rng": 0}, input="3,4,3;3:lengths<=4"),)

    def __init__(self, n_in, n_out, *, rng=None):
        super().__init__()
        rng = np.random.default_rng(rng)
        self.W = rng.uniform(-0.7, 0.7, (n_in, 3 * n_out)).astype(np.float32)
        self.U = rng.uniform(-0.7, 0.7, (n_out, 3 * n_out)).astype(np.float32)
        self.gradW, self.gradU = np.zeros_like(self.W), np.zeros_like(self.U)

    def updateOutput(self, input):
        x, lengths = input
        states = [np.zeros((len(x), len(self.U)), x.dtype)]
        for t in range(x.shape[1]):
            _, z, c, _ = self._gates(x[:, t], states[-1])
            on = (t < lengths)[:, None]
            states.append(np.where(on, z * states[-1] + (1 - z) * c, states[-1]))
        self.states, self.output = states, states[-1].copy()
        return self.output

    def updateGradInput(self, input, gradOutput):
        x, _ = input
        by_x = np.zeros_like(x)
        for t, by_W, _ in self._steps_back(input, gradOutput):
            by_x[:, t] = by_W @ self.W.T
        self.gradInput = by_x, None
        return self.gradInput

    def accGradParameters(self, input, gradOutput):
        x, _ = input
        for t, by_W, by_U in self._steps_back(input, gradOutput):
            self.gradW += x[:, t].T @ by_W
            self.gradU += self.states[t].T @ by_U

    def _gates(self, x, h):
        by_x, by_h = np.split(x @ self.W, 3, axis=1), np.split(h @ self.U, 3, axis=1)
        r, z = (0.5 + 0.5 * np.tanh((a + b) / 2) for a, b in zip(by_x[:2], by_h[:2], strict=True))
        return r, z, np.tanh(by_x[2] + r * by_h[2]), by_h[2]

    def _steps_back(self, input, gradOutput):
        """Yield each step, the last one first, with the gradients by x W and by h U."""
        x, lengths = input
        gradient = gradOutput
        for t in reversed(range(x.shape[1])):
            h = self.states[t]
            r, z, c, by_h = self._gates(x[:, t], h)
            on = (t < lengths)[:, None]
            flowing = gradient * on
            slope_c = flowing * (1 - z) * (1 - c * c)
            slope_z = flowing * (h - c) * z * (1 - z)
            slope_r = slope_c * by_h * r * (1 - r)
            by_U = np.concatenate([slope_r, slope_z, slope_c * r], axis=1)
            yield t, np.concatenate([slope_r, slope_z, slope_c], axis=1), by_U
            gradient = gradient * ~on + flowing * z + by_U @ self.U.T
