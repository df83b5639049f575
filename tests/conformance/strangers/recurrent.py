"""Recurrent layers: cells, which take a table of the input and the state, and a whole unrolled net."""

import numpy as np

from minnet_core import Example, Module, expect_shape


def _sigmoid(x):
    small = np.exp(-np.abs(x))
    return np.where(x < 0, small, 1) / (1 + small)


def _uniform(rng, n, *shape):
    return rng.uniform(-(n**-0.5), n**-0.5, shape).astype(np.float32)


class GRUCell(Module):
    """One step of a gated recurrent unit; (x, h) to the next h.

    r, z = σ(x Wᵀ + b + h Uᵀ + d), n = tanh(x Wₙᵀ + bₙ + r (h Uₙᵀ + dₙ)), h' = (1 - z) n + z h
    """

    PARAMETERS = {"W": "gradW", "U": "gradU", "b": "gradb", "d": "gradd"}
    CACHES = ("gates", "slopes")
    EXAMPLES = (
        Example(
            arguments={"n_in": 3, "n_hidden": 2, "rng": 0},
            input=((4, 3), (4, 2)),
            rejects=[((4, 2), (4, 3)), (4, 3)],
        ),
    )

    def __init__(self, n_in, n_hidden, *, rng=None):
        super().__init__()
        rng = np.random.default_rng(rng)
        self.W, self.b = _uniform(rng, n_hidden, 3 * n_hidden, n_in), _uniform(rng, n_hidden, 3 * n_hidden)
        self.U, self.d = _uniform(rng, n_hidden, 3 * n_hidden, n_hidden), _uniform(rng, n_hidden, 3 * n_hidden)
        self.gradW, self.gradb = np.zeros_like(self.W), np.zeros_like(self.b)
        self.gradU, self.gradd = np.zeros_like(self.U), np.zeros_like(self.d)
        self.gates = self.slopes = None

    def updateOutput(self, input):
        x, h = input
        expect_shape(self, x, ("batch", self.W.shape[1]), "x")
        expect_shape(self, h, (len(x), self.U.shape[1]), "h")
        xr, xz, xn = np.split(x @ self.W.T + self.b, 3, axis=1)
        hr, hz, hn = np.split(h @ self.U.T + self.d, 3, axis=1)
        r, z = _sigmoid(xr + hr), _sigmoid(xz + hz)
        n = np.tanh(xn + r * hn)
        self.gates = r, z, n, hn
        self.output = (1 - z) * n + z * h
        return self.output

    def updateGradInput(self, input, gradOutput):
        r, z, n, hn = self.gates
        slope_n = gradOutput * (1 - z) * (1 - n * n)
        slope_r = slope_n * hn * r * (1 - r)
        slope_z = gradOutput * (input[1] - n) * z * (1 - z)
        of_x = np.concatenate([slope_r, slope_z, slope_n], axis=1)
        of_h = np.concatenate([slope_r, slope_z, slope_n * r], axis=1)
        self.slopes = of_x, of_h
        self.gradInput = of_x @ self.W, of_h @ self.U + gradOutput * z
        return self.gradInput

    def accGradParameters(self, input, gradOutput):
        of_x, of_h = self.slopes
        self.gradW += of_x.T @ input[0]
        self.gradb += of_x.sum(axis=0)
        self.gradU += of_h.T @ input[1]
        self.gradd += of_h.sum(axis=0)


class LSTMCell(Module):
    """One step of a long short-term memory; (x, (h, c)) to (h', c').

    i, f, o = σ(·), u = tanh(·) of [x, h] Wᵀ + b; c' = f c + i u; h' = o tanh(c')
    """

    PARAMETERS = {"W": "gradW", "b": "gradb"}
    CACHES = ("gates", "slope")
    EXAMPLES = (Example(arguments={"n_in": 2, "n_hidden": 3, "rng": 0}, input=((2, 2), ((2, 3), (2, 3)))),)

    def __init__(self, n_in, n_hidden, rng=None):
        super().__init__()
        self.W = _uniform(np.random.default_rng(rng), n_hidden, 4 * n_hidden, n_in + n_hidden)
        self.b = np.zeros(4 * n_hidden, np.float32)
        self.gradW, self.gradb = np.zeros_like(self.W), np.zeros_like(self.b)
        self.gates = self.slope = None

    def updateOutput(self, input):
        x, (h, c) = input
        i, f, o, u = np.split(np.concatenate([x, h], axis=1) @ self.W.T + self.b, 4, axis=1)
        i, f, o, u = _sigmoid(i), _sigmoid(f), _sigmoid(o), np.tanh(u)
        memory = f * c + i * u
        self.gates = i, f, o, u, np.tanh(memory)
        self.output = o * self.gates[-1], memory
        return self.output

    def updateGradInput(self, input, gradOutput):
        x, (_, c) = input
        i, f, o, u, squashed = self.gates
        of_h, of_c = gradOutput
        of_c = of_c + of_h * o * (1 - squashed**2)
        parts = [of_c * u * i * (1 - i), of_c * c * f * (1 - f), of_h * squashed * o * (1 - o), of_c * i * (1 - u**2)]
        self.slope = np.concatenate(parts, axis=1)
        of_xh = self.slope @ self.W
        n_in = x.shape[1]
        self.gradInput = of_xh[:, :n_in].copy(), (of_xh[:, n_in:].copy(), of_c * f)
        return self.gradInput

    def accGradParameters(self, input, gradOutput):
        x, (h, _) = input
        self.gradW += self.slope.T @ np.concatenate([x, h], axis=1)
        self.gradb += self.slope.sum(axis=0)


class RNN(Module):
    """h_t = tanh(x_t Wᵀ + h_{t-1} Uᵀ + b) from h = 0; (batch, time, n_in) to all states (batch, time, n_hidden).

    Backward goes through time: δ_t = (g_t + δ_{t+1} U)(1 - h_t²).
    """

    PARAMETERS = {"W": "gradW", "U": "gradU", "b": "gradb"}
    CACHES = ("deltas",)
    EXAMPLES = (Example(arguments={"n_in": 2, "n_hidden": 3, "rng": 0}, input=(2, 3, 2), rejects=[(2, 3, 4), (2, 2)]),)

    def __init__(self, n_in, n_hidden, rng=None):
        super().__init__()
        rng = np.random.default_rng(rng)
        self.W, self.U = _uniform(rng, n_hidden, n_hidden, n_in), _uniform(rng, n_hidden, n_hidden, n_hidden)
        self.b = np.zeros(n_hidden, np.float32)
        self.gradW, self.gradU, self.gradb = map(np.zeros_like, (self.W, self.U, self.b))
        self.deltas = None

    def updateOutput(self, input):
        expect_shape(self, input, ("batch", "time", self.W.shape[1]))
        states = input @ self.W.T + self.b
        np.tanh(states[:, 0], out=states[:, 0])
        for t in range(1, states.shape[1]):
            states[:, t] += states[:, t - 1] @ self.U.T
            np.tanh(states[:, t], out=states[:, t])
        self.output = states
        return self.output

    def updateGradInput(self, input, gradOutput):
        slopes = 1 - np.square(self.output)
        self.deltas = gradOutput * slopes
        for t in range(slopes.shape[1] - 2, -1, -1):
            self.deltas[:, t] += self.deltas[:, t + 1] @ self.U * slopes[:, t]
        self.gradInput = self.deltas @ self.W
        return self.gradInput

    def accGradParameters(self, input, gradOutput):
        self.gradW += np.einsum("nth,nti->hi", self.deltas, input)
        self.gradU += np.einsum("nth,ntk->hk", self.deltas[:, 1:], self.output[:, :-1])
        self.gradb += self.deltas.sum(axis=(0, 1))
