"""Attention: without parameters on a table, and with four matrices in a dict on a sequence."""

import numpy as np

from minnet_core import Example, Module, expect_shape


def _softmax(scores):
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights /= weights.sum(axis=-1, keepdims=True)
    return weights


def _attend(q, k, v):
    """Return A V and the weights A = softmax(Q Kᵀ/√d)."""
    weights = _softmax(q @ k.swapaxes(1, 2) / q.shape[2] ** 0.5)
    return weights @ v, weights


def _attend_backward(q, k, v, weights, gradient):
    """The gradients by Q, K and V: dA = G Vᵀ, dS = A (dA - Σ A dA)/√d, dQ = dS K, dK = dSᵀ Q, dV = Aᵀ G."""
    by_weights = gradient @ v.swapaxes(1, 2)
    by_scores = weights * (by_weights - (weights * by_weights).sum(axis=-1, keepdims=True)) / q.shape[2] ** 0.5
    return by_scores @ k, by_scores.swapaxes(1, 2) @ q, weights.swapaxes(1, 2) @ gradient


class DotProductAttention(Module):
    """softmax(Q Kᵀ/√d) V of the table (Q, K, V): (batch, steps, d), (batch, memory, d), (batch, memory, n)."""

    CACHES = ("weights",)
    EXAMPLES = (
        Example(input=((2, 2, 3), (2, 3, 3), (2, 3, 2)), rejects=[((2, 2, 3), (2, 3, 4), (2, 3, 2))]),
        Example(input=((3, 1, 2), (3, 2, 2), (3, 2, 1))),
    )

    def __init__(self):
        super().__init__()
        self.weights = None

    def updateOutput(self, input):
        q, k, v = input
        expect_shape(self, k, (len(q), "memory", q.shape[2]), "keys")
        expect_shape(self, v, (len(q), k.shape[1], "features"), "values")
        self.output, self.weights = _attend(q, k, v)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = _attend_backward(*input, self.weights, gradOutput)
        return self.gradInput


class SelfAttention(Module):
    """Every step of (batch, time, n_feats) attends to all of them; the parameters are in a dict, by role."""

    CACHES = ("pieces", "slopes")
    EXAMPLES = (Example(arguments={"n_feats": 2, "rng": 0}, input=(2, 3, 2), rejects=[(2, 3, 4)]),)

    def __init__(self, n_feats, rng=None):
        super().__init__()
        rng = np.random.default_rng(rng)
        self.params = {
            role: rng.normal(0, n_feats**-0.5, (n_feats, n_feats)).astype(np.float32)
            for role in ("query", "key", "value", "out")
        }
        self.grads = {role: np.zeros_like(W) for role, W in self.params.items()}
        self.pieces = self.slopes = None

    def updateOutput(self, input):
        expect_shape(self, input, ("batch", "time", len(self.params["out"])))
        q, k, v = (input @ self.params[role] for role in ("query", "key", "value"))
        mixed, weights = _attend(q, k, v)
        self.pieces = q, k, v, weights, mixed
        self.output = mixed @ self.params["out"]
        return self.output

    def updateGradInput(self, input, gradOutput):
        q, k, v, weights, _ = self.pieces
        by_mixed = gradOutput @ self.params["out"].T
        self.slopes = dict(zip(("query", "key", "value"), _attend_backward(q, k, v, weights, by_mixed), strict=True))
        self.gradInput = sum(slope @ self.params[role].T for role, slope in self.slopes.items())
        return self.gradInput

    def accGradParameters(self, input, gradOutput):
        for role, slope in self.slopes.items():
            self.grads[role] += np.einsum("nti,ntj->ij", input, slope)
        self.grads["out"] += np.einsum("nti,ntj->ij", self.pieces[-1], gradOutput)

    def getParameters(self):
        return list(self.params.values())

    def getGradParameters(self):
        return list(self.grads.values())
