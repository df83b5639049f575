"""Components that say themselves how their inputs are drawn."""

import numpy as np

from minnet_core import Example, Module


def _draw_numbers_and_mask(rng, shape, dtype):
    return rng.standard_normal(shape[0]).astype(dtype), rng.integers(0, 2, shape[1])


def _draw_unit_vectors(rng, shape, dtype):
    drawn = rng.standard_normal(shape)
    return (drawn / np.linalg.norm(drawn, axis=-1, keepdims=True)).astype(dtype)


class MaskedSigmoid(Module):
    """y = m sigmoid(x) of a table of numbers x and a mask m of integers."""

    EXAMPLES = (Example(input=((4, 3), (4, 3)), draw=_draw_numbers_and_mask),)

    def updateOutput(self, input):
        x, mask = input
        self.output = self._sigmoid(x) * mask.astype(x.dtype)
        return self.output

    def updateGradInput(self, input, gradOutput):
        x, mask = input
        y = self._sigmoid(x)
        self.gradInput = gradOutput * y * (1 - y) * mask.astype(x.dtype), np.zeros(mask.shape, x.dtype)
        return self.gradInput

    def _sigmoid(self, x):
        small = np.exp(-np.abs(x))
        return np.where(x >= 0, 1, small) / (1 + small)


class LargestShare(Module):
    """The largest of numbers between 0.1 and 0.9; one of those that are equal gets the gradient."""

    EXAMPLES = (
        Example(
            input=(4, 3),
            draw=lambda rng, shape, dtype: rng.uniform(0.1, 0.9, shape).astype(dtype),
            traits={"kinks"},
        ),
    )

    def updateOutput(self, input):
        if not ((input >= 0.1 - 1e-3) & (input <= 0.9 + 1e-3)).all():
            raise ValueError("LargestShare: expected numbers between 0.1 and 0.9")
        self.output = input.max(axis=1)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = np.zeros_like(input)
        self.gradInput[np.arange(len(input)), input.argmax(axis=1)] = gradOutput
        return self.gradInput


class ArcTanhOfUnit(Module):
    """y = artanh(0.9 x) of vectors of length 1, which it refuses to take longer."""

    EXAMPLES = (Example(input=(4, 5), draw=_draw_unit_vectors),)

    def updateOutput(self, input):
        if (np.square(input).sum(axis=-1) > 1.01).any():
            raise ValueError("ArcTanhOfUnit: expected vectors of length 1")
        self.output = np.arctanh(0.9 * input)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = 0.9 * gradOutput / (1 - np.square(0.9 * input))
        return self.gradInput


class Steps(Module):
    """Differences of what is in order, at most 200 of them."""

    EXAMPLES = (
        Example(input=(4, 5), draw=lambda rng, shape, dtype: np.sort(rng.random(shape), axis=-1).astype(dtype)),
    )

    def updateOutput(self, input):
        if input.shape[-1] > 200:
            raise ValueError("Steps: expected 200 numbers at most")
        self.output = np.diff(input, axis=-1)
        if (self.output < -1e-3).any():
            raise ValueError("Steps: expected numbers in order")
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = np.zeros_like(input)
        self.gradInput[..., 1:] += gradOutput
        self.gradInput[..., :-1] -= gradOutput
        return self.gradInput


class LocalMean(Module):
    """The mean of 16 steps to either side of (batch, time, features): less than a short axis has."""

    EXAMPLES = (Example(input=(2, 5, 2)),)

    def updateOutput(self, input):
        self.output = self._weights(input) @ input
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = self._weights(input).T @ gradOutput
        return self.gradInput

    def _weights(self, input):
        step = np.arange(input.shape[1])
        near = (np.abs(step[:, None] - step) <= 16).astype(input.dtype)
        return near / near.sum(axis=1, keepdims=True)
