"""Piecewise linear units, and a gate."""

import numpy as np

from minnet_core import Example, Module, Reference, ShapeError


class Hardtanh(Module):
    """Clips to an interval; the derivative is 1 strictly inside and 0 elsewhere."""

    EXAMPLES = (
        Example(
            input=(4, 3),
            traits={"kinks"},
            rejected_arguments=[{"low": 1.0}, {"low": 2.0, "high": -2.0}],
            reference=Reference("torch.nn.Hardtanh"),
        ),
        Example(arguments={"low": -0.25, "high": 0.5}, input=(2, 3, 2), traits={"kinks"}),
    )

    def __init__(self, low=-1.0, high=1.0):
        super().__init__()
        if not low < high:
            raise ValueError(f"Hardtanh: expected low < high, received {low!r} and {high!r}")
        self.low, self.high = float(low), float(high)

    def updateOutput(self, input):
        self.output = np.clip(input, self.low, self.high)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput * ((input > self.low) & (input < self.high))
        return self.gradInput

    def __repr__(self):
        return f"Hardtanh [{self.low}, {self.high}]"


class PReLU(Module):
    """y = x above 0, a x below, with one learned slope a.

    da = Σ g min(x, 0)
    """

    PARAMETERS = {"a": "gradA"}
    EXAMPLES = (
        Example(input=(4, 3), traits={"kinks"}, reference=Reference("torch.nn.PReLU", parameters={"a": "weight"})),
    )

    def __init__(self, a=0.25, *, dtype="float32"):
        super().__init__()
        self.a = np.full(1, a, dtype)
        self.gradA = np.zeros(1, dtype)

    def updateOutput(self, input):
        self.output = np.where(input > 0, input, self.a * input)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = np.where(input > 0, gradOutput, self.a * gradOutput)
        return self.gradInput

    def accGradParameters(self, input, gradOutput):
        self.gradA += np.sum(gradOutput * np.minimum(input, 0))


class RReLU(Module):
    """Leaky, with a slope drawn from U(lower, upper) for each element in training, and their mean in evaluation."""

    CACHES = ("slope",)
    EXAMPLES = (
        Example(
            arguments={"rng": 7},
            input=(4, 3),
            traits={"stochastic", "train-differs", "kinks"},
            rejected_arguments=[{"lower": 0.5}],
        ),
    )

    def __init__(self, lower=1 / 8, upper=1 / 3, rng=None):
        super().__init__()
        if lower > upper:
            raise ValueError(f"RReLU: expected lower <= upper, received {lower!r} and {upper!r}")
        self.lower, self.upper = lower, upper
        self.rng = np.random.default_rng(rng)
        self.slope = None

    def updateOutput(self, input):
        if self.training:
            negative = self.rng.uniform(self.lower, self.upper, input.shape).astype(input.dtype)
        else:
            negative = (self.lower + self.upper) / 2
        self.slope = np.where(input >= 0, 1, negative).astype(input.dtype)
        self.output = input * self.slope
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput * self.slope
        return self.gradInput


class Maxout(Module):
    """The largest of several affine maps: y_j = max_p (W_p x + b_p)_j.

    Only the piece that won passes a gradient on. ``W`` is (pieces, n_out, n_in).
    """

    PARAMETERS = {"W": "gradW", "b": "gradb"}
    CACHES = ("winner",)
    EXAMPLES = (
        Example(
            arguments={"n_in": 3, "n_out": 2, "pieces": 3, "rng": 0},
            input=(4, 3),
            traits={"kinks"},
            rejects=[(4, 5)],
            rejected_arguments=[{"pieces": 0}],
        ),
    )

    def __init__(self, n_in, n_out, pieces=2, *, rng=None):
        super().__init__()
        if pieces < 1:
            raise ValueError(f"Maxout: expected at least one piece, received {pieces!r}")
        rng = np.random.default_rng(rng)
        self.W = (rng.standard_normal((pieces, n_out, n_in)) * n_in**-0.5).astype(np.float32)
        self.b = rng.standard_normal((pieces, n_out)).astype(np.float32) / 10
        self.gradW, self.gradb = np.zeros_like(self.W), np.zeros_like(self.b)
        self.winner = None

    def updateOutput(self, input):
        scores = np.einsum("si,pji->spj", input, self.W) + self.b
        self.winner = np.argmax(scores, axis=1)[:, None]
        self.output = np.take_along_axis(scores, self.winner, axis=1)[:, 0]
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = np.einsum("spj,pji->si", self._routed(gradOutput), self.W)
        return self.gradInput

    def accGradParameters(self, input, gradOutput):
        routed = self._routed(gradOutput)
        self.gradW += np.einsum("spj,si->pji", routed, input)
        self.gradb += routed.sum(axis=0)

    def _routed(self, gradOutput):
        routed = np.zeros((len(gradOutput), *self.b.shape), gradOutput.dtype)
        np.put_along_axis(routed, self.winner, gradOutput[:, None], axis=1)
        return routed


class GLU(Module):
    """y = a σ(b), a and b the halves of the last axis."""

    EXAMPLES = (Example(input=[(4, 6), (2, 2, 4)], rejects=[(4, 5)], reference=Reference("torch.nn.GLU")),)

    def updateOutput(self, input):
        a, gate = self._parts(input)
        self.output = a * gate
        return self.output

    def updateGradInput(self, input, gradOutput):
        a, gate = self._parts(input)
        self.gradInput = np.concatenate([gradOutput * gate, gradOutput * a * gate * (1 - gate)], axis=-1)
        return self.gradInput

    def _parts(self, input):
        if input.shape[-1] % 2:
            raise ShapeError(f"GLU: expected an even number of features, received {input.shape}")
        a, b = np.split(input, 2, axis=-1)
        small = np.exp(-np.abs(b))
        return a, np.where(b >= 0, 1, small) / (1 + small)
