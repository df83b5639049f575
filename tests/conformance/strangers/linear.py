"""Variations on the fully connected layer, one for each way that parameters can be kept."""

import numpy as np

from minnet_core import Example, Module, expect_shape


def _draw(rng, *shape):
    return (rng.standard_normal(shape) * shape[-1] ** -0.5).astype(np.float32)


class LowRankLinear(Module):
    """y = x Vᵀ Uᵀ + b, with a narrow layer in between: U is (n_out, rank), V is (rank, n_in)."""

    PARAMETERS = {"U": "gradU", "V": "gradV", "b": "gradb"}
    EXAMPLES = (
        Example(
            arguments={"n_in": 4, "n_out": 3, "rank": 2, "rng": 0},
            input=(3, 4),
            rejects=[(3, 5), (4,)],
            rejected_arguments=[{"rank": 0}, {"rank": 5}],
        ),
        Example(arguments={"n_in": 3, "n_out": 3, "rank": 1, "bias": False, "rng": 1}, input=(2, 3)),
    )

    def __init__(self, n_in, n_out, rank, bias=True, rng=None):
        super().__init__()
        if not 1 <= rank <= min(n_in, n_out):
            raise ValueError(f"LowRankLinear: expected rank from 1 to {min(n_in, n_out)}, received {rank!r}")
        rng = np.random.default_rng(rng)
        self.U, self.V = _draw(rng, n_out, rank), _draw(rng, rank, n_in)
        self.b = np.zeros(n_out, np.float32) if bias else None
        self.gradU, self.gradV = np.zeros_like(self.U), np.zeros_like(self.V)
        self.gradb = np.zeros(n_out, np.float32) if bias else None

    def updateOutput(self, input):
        expect_shape(self, input, ("batch", self.V.shape[1]))
        self.output = input @ self.V.T @ self.U.T
        if self.b is not None:
            self.output += self.b
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput @ self.U @ self.V
        return self.gradInput

    def accGradParameters(self, input, gradOutput):
        self.gradU += gradOutput.T @ (input @ self.V.T)
        self.gradV += (gradOutput @ self.U).T @ input
        if self.b is not None:
            self.gradb += gradOutput.sum(axis=0)


class WeightNormLinear(Module):
    """y = x Wᵀ, where row j of W is s_j D_j with the direction D_j = V_j/|V_j| (Salimans and Kingma, 2016).

    With G = gᵀ x: ds = Σ_i G D over each row, dV = s/|V| (G - D ds).
    """

    PARAMETERS = {"V": "gradV", "s": "gradS"}
    EXAMPLES = (Example(arguments={"n_in": 3, "n_out": 2, "rng": 0}, input=(4, 3)),)

    def __init__(self, n_in, n_out, *, rng=None):
        super().__init__()
        self.V = _draw(np.random.default_rng(rng), n_out, n_in)
        self.s = np.ones(n_out, np.float32)
        self.gradV, self.gradS = np.zeros_like(self.V), np.zeros_like(self.s)

    def updateOutput(self, input):
        _, direction = self._polar()
        self.output = input @ direction.T * self.s
        return self.output

    def updateGradInput(self, input, gradOutput):
        _, direction = self._polar()
        self.gradInput = gradOutput * self.s @ direction
        return self.gradInput

    def accGradParameters(self, input, gradOutput):
        length, direction = self._polar()
        G = gradOutput.T @ input
        gradS = (G * direction).sum(axis=1)
        self.gradS += gradS
        self.gradV += (self.s / length)[:, None] * (G - direction * gradS[:, None])

    def _polar(self):
        length = np.linalg.norm(self.V, axis=1)
        return length, self.V / length[:, None]


class TiedAutoencoder(Module):
    """h = tanh(x Wᵀ + b) and y = h W + c: one W, used twice, has two terms in its gradient."""

    PARAMETERS = {"W": "gradW", "b": "gradb", "c": "gradc"}
    CACHES = ("hidden",)
    EXAMPLES = (Example(arguments={"n_feats": 4, "n_hidden": 2, "rng": 0}, input=(3, 4)),)

    def __init__(self, n_feats, n_hidden, rng=None):
        super().__init__()
        self.W = _draw(np.random.default_rng(rng), n_hidden, n_feats)
        self.b, self.c = np.zeros(n_hidden, np.float32), np.zeros(n_feats, np.float32)
        self.gradW, self.gradb, self.gradc = map(np.zeros_like, (self.W, self.b, self.c))
        self.hidden = None

    def updateOutput(self, input):
        self.hidden = np.tanh(input @ self.W.T + self.b)
        self.output = self.hidden @ self.W + self.c
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = self._gradHidden(gradOutput) @ self.W
        return self.gradInput

    def accGradParameters(self, input, gradOutput):
        gradHidden = self._gradHidden(gradOutput)
        self.gradW += self.hidden.T @ gradOutput + gradHidden.T @ input
        self.gradb += gradHidden.sum(axis=0)
        self.gradc += gradOutput.sum(axis=0)

    def _gradHidden(self, gradOutput):
        return gradOutput @ self.W.T * (1 - self.hidden**2)


class RandomFourierFeatures(Module):
    """y = √(2/n) cos(x Pᵀ + φ), P and φ drawn once and never trained (Rahimi and Recht, 2007)."""

    BUFFERS = ("P", "phase")
    EXAMPLES = (Example(arguments={"n_in": 3, "n_out": 4, "rng": 0}, input=(4, 3)),)

    def __init__(self, n_in, n_out, rng=None):
        super().__init__()
        rng = np.random.default_rng(rng)
        self.P = rng.standard_normal((n_out, n_in)).astype(np.float32)
        self.phase = rng.uniform(0, 2 * np.pi, n_out).astype(np.float32)
        self.amplitude = (2 / n_out) ** 0.5

    def updateOutput(self, input):
        self.output = self.amplitude * np.cos(input @ self.P.T + self.phase)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = (-self.amplitude * gradOutput * np.sin(input @ self.P.T + self.phase)) @ self.P
        return self.gradInput


class GroupedLinear(Module):
    """Equal groups of features, each with a matrix of its own; the matrices are in a list."""

    EXAMPLES = (Example(arguments={"groups": 2, "n_in": 2, "n_out": 3, "rng": 0}, input=(3, 4), rejects=[(3, 6)]),)

    def __init__(self, groups, n_in, n_out, rng=None):
        super().__init__()
        rng = np.random.default_rng(rng)
        self.weights = [_draw(rng, n_out, n_in) for _ in range(groups)]
        self.gradients = [np.zeros_like(W) for W in self.weights]

    def updateOutput(self, input):
        expect_shape(self, input, ("batch", len(self.weights) * self.weights[0].shape[1]))
        self.output = np.concatenate([x @ W.T for x, W in zip(self._groups(input), self.weights, strict=True)], axis=1)
        return self.output

    def updateGradInput(self, input, gradOutput):
        gradients = zip(self._groups(gradOutput), self.weights, strict=True)
        self.gradInput = np.concatenate([g @ W for g, W in gradients], axis=1)
        return self.gradInput

    def accGradParameters(self, input, gradOutput):
        for i, (x, g) in enumerate(zip(self._groups(input), self._groups(gradOutput), strict=True)):
            self.gradients[i] += g.T @ x

    def _groups(self, x):
        return np.split(x, len(self.weights), axis=1)

    def getParameters(self):
        return list(self.weights)

    def getGradParameters(self):
        return list(self.gradients)

    def zeroGradParameters(self):
        for gradient in self.gradients:
            gradient.fill(0)
