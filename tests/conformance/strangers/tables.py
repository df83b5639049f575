"""Layers that take or return tables: tuples of arrays."""

import math

import numpy as np

from minnet_core import Container, Example, Module, ShapeError, expect_shape
from minnet_layers import Linear


class AddTable(Module):
    """Sums arrays of one shape."""

    EXAMPLES = (Example(input=[((3, 2), (3, 2)), ((2, 3), (2, 3), (2, 3))], rejects=[((3, 2), (3, 4))]),)

    def updateOutput(self, input):
        first, *others = input
        total = first.copy()
        for other in others:
            expect_shape(self, other, first.shape)
            total += other
        self.output = total
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = tuple(gradOutput.copy() for _ in input)
        return self.gradInput


class MulTable(Module):
    """Multiplies arrays of one shape; the derivative by one is the product of the others."""

    EXAMPLES = (Example(input=[((3, 2), (3, 2)), ((2, 2), (2, 2), (2, 2))]),)

    def updateOutput(self, input):
        self.output = math.prod(input)
        return self.output

    def updateGradInput(self, input, gradOutput):
        others = (input[:i] + input[i + 1 :] for i in range(len(input)))
        self.gradInput = tuple(math.prod((gradOutput, *rest)) for rest in others)
        return self.gradInput


class MaximumTable(Module):
    """Takes the larger of two numbers; equal ones share the gradient, as those of ``torch.maximum`` do."""

    EXAMPLES = (Example(input=((3, 2), (3, 2)), traits="kinks"),)

    def updateOutput(self, input):
        self.output = np.maximum(*input)
        return self.output

    def updateGradInput(self, input, gradOutput):
        a, b = input
        half = (a == b) * a.dtype.type(0.5)
        self.gradInput = ((a > b) + half) * gradOutput, ((b > a) + half) * gradOutput
        return self.gradInput


class JoinTable(Module):
    """Concatenates along the last axis."""

    EXAMPLES = (Example(input=[((3, 2), (3, 4)), ((2, 2, 1), (2, 2, 2), (2, 2, 1))], rejects=[((3, 2), (4, 2))]),)

    def updateOutput(self, input):
        self.output = np.concatenate(input, axis=-1)
        return self.output

    def updateGradInput(self, input, gradOutput):
        ends = np.cumsum([part.shape[-1] for part in input])
        self.gradInput = tuple(part.copy() for part in np.split(gradOutput, ends[:-1], axis=-1))
        return self.gradInput


class SplitTable(Module):
    """Cuts the last axis into ``parts`` equal arrays."""

    EXAMPLES = (
        Example(arguments={"parts": 2}, input=[(3, 4), (2, 2, 2)], rejects=[(3, 5)], rejected_arguments=[{"parts": 0}]),
        Example(arguments={"parts": 1}, input=(3, 2)),
    )

    def __init__(self, parts):
        super().__init__()
        if parts < 1:
            raise ValueError(f"SplitTable: expected a positive number of parts, received {parts!r}")
        self.parts = parts

    def updateOutput(self, input):
        if input.shape[-1] % self.parts:
            raise ShapeError(f"SplitTable: expected a last axis that {self.parts} divides, received {input.shape}")
        self.output = tuple(part.copy() for part in np.split(input, self.parts, axis=-1))
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = np.concatenate(gradOutput, axis=-1)
        return self.gradInput


class Bilinear(Module):
    """y_k = uᵀ W_k v + b_k of a table (u, v); W is (n_out, n_u, n_v)."""

    PARAMETERS = {"W": "gradW", "b": "gradb"}
    EXAMPLES = (
        Example(
            arguments={"n_u": 2, "n_v": 3, "n_out": 2, "rng": 0},
            input=((3, 2), (3, 3)),
            rejects=[((3, 3), (3, 2)), ((3, 2), (2, 3))],
        ),
    )

    def __init__(self, n_u, n_v, n_out, *, rng=None, dtype="float32"):
        super().__init__()
        rng = np.random.default_rng(rng)
        self.W = rng.normal(0, n_u**-0.5, (n_out, n_u, n_v)).astype(dtype)
        self.b = np.zeros(n_out, dtype)
        self.gradW, self.gradb = np.zeros_like(self.W), np.zeros_like(self.b)

    def updateOutput(self, input):
        u, v = input
        _, n_u, n_v = self.W.shape
        expect_shape(self, u, ("batch", n_u), "u")
        expect_shape(self, v, (len(u), n_v), "v")
        self.output = np.einsum("si,kij,sj->sk", u, self.W, v) + self.b
        return self.output

    def updateGradInput(self, input, gradOutput):
        u, v = input
        by_u = np.einsum("sk,kij,sj->si", gradOutput, self.W, v)
        by_v = np.einsum("sk,kij,si->sj", gradOutput, self.W, u)
        self.gradInput = by_u, by_v
        return self.gradInput

    def accGradParameters(self, input, gradOutput):
        u, v = input
        self.gradW += np.einsum("sk,si,sj->kij", gradOutput, u, v)
        self.gradb += gradOutput.sum(axis=0)


class CosineSimilarity(Module):
    """(u, v) to u·v/(|u||v|), one number for each sample, (batch, 1); du = g (v̂ - y û)/|u|."""

    EPS = 1e-6
    EXAMPLES = (Example(input=((4, 3), (4, 3))),)

    def updateOutput(self, input):
        (_, u), (_, v) = map(self._polar, input)
        self.output = (u * v).sum(axis=1, keepdims=True)
        return self.output

    def updateGradInput(self, input, gradOutput):
        (length_u, u), (length_v, v) = map(self._polar, input)
        by_u = gradOutput * (v - self.output * u) / length_u
        by_v = gradOutput * (u - self.output * v) / length_v
        self.gradInput = by_u, by_v
        return self.gradInput

    def _polar(self, x):
        length = np.sqrt(np.square(x).sum(axis=1, keepdims=True) + self.EPS**2)
        return length, x / length


class MapTable(Container):
    """One linear layer for every part of a table: clones that share its parameters, and so its gradients."""

    EXAMPLES = (Example(arguments={"n_in": 3, "n_out": 2, "rng": 0}, input=((3, 3), (3, 3))),)

    def __init__(self, n_in, n_out, parts=2, rng=None):
        first = Linear(n_in, n_out, rng=rng)
        super().__init__(first, *(first.clone("W", "b") for _ in range(parts - 1)))

    def updateOutput(self, input):
        self.output = tuple(self.rethrowErrors(i, "forward", part) for i, part in enumerate(input))
        return self.output

    def updateGradInput(self, input, gradOutput):
        pairs = enumerate(zip(input, gradOutput, strict=True))
        self.gradInput = tuple(self.rethrowErrors(i, "updateGradInput", *pair) for i, pair in pairs)
        return self.gradInput

    def accGradParameters(self, input, gradOutput):
        for i, pair in enumerate(zip(input, gradOutput, strict=True)):
            self.rethrowErrors(i, "accGradParameters", *pair)
