"""Layers that move numbers and change none; each returns a copy, never a view."""

import numpy as np

from minnet_core import Example, Module, Reference, ShapeError


class Flatten(Module):
    """(batch, ...) to (batch, features)."""

    EXAMPLES = (Example(input=[(2, 3, 2), (3, 4)], reference=Reference("torch.nn.Flatten")),)

    def updateOutput(self, input):
        self.output = np.array(input).reshape(len(input), -1)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = np.array(gradOutput).reshape(input.shape)
        return self.gradInput


class Reshape(Module):
    """Gives each sample the shape ``shape``, in row-major order."""

    EXAMPLES = (Example(arguments={"shape": (3, 2)}, input=[(2, 6), (2, 2, 3)], rejects=[(2, 5)]),)

    def __init__(self, shape):
        super().__init__()
        self.shape = tuple(shape)

    def updateOutput(self, input):
        if np.prod(input.shape[1:]) != np.prod(self.shape):
            raise ShapeError(f"Reshape: expected samples that fit {self.shape}, received {input.shape}")
        self.output = input.reshape(input.shape[0], *self.shape).copy()
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput.reshape(input.shape).copy()
        return self.gradInput


class Transpose(Module):
    """Exchanges two axes, neither of them the batch."""

    EXAMPLES = (
        Example(input=(2, 3, 4), rejected_arguments=[{"first": 0}]),
        Example(arguments={"first": -1, "second": 1}, input=(2, 2, 3, 2)),
    )

    def __init__(self, first=1, second=2):
        super().__init__()
        if 0 in (first, second):
            raise ValueError("Transpose: expected two axes other than 0, the batch")
        self.axes = first, second

    def updateOutput(self, input):
        self.output = input.swapaxes(*self.axes).copy()
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput.swapaxes(*self.axes).copy()
        return self.gradInput


class Reverse(Module):
    """Turns the last axis around."""

    EXAMPLES = (Example(input=(3, 4)),)

    def updateOutput(self, input):
        self.output = np.ascontiguousarray(input[..., ::-1])
        if np.may_share_memory(self.output, input):  # one feature, say: turned around it is still contiguous
            self.output = self.output.copy()
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput[..., ::-1].copy()
        return self.gradInput


class Pad(Module):
    """Zeros before and after the last axis; backward cuts them off."""

    EXAMPLES = (Example(arguments={"before": 1, "after": 2}, input=(3, 4), rejected_arguments=[{"before": -1}]),)

    def __init__(self, before=0, after=0):
        super().__init__()
        if min(before, after) < 0:
            raise ValueError(f"Pad: expected no negative width, received {before!r} and {after!r}")
        self.before, self.after = before, after

    def updateOutput(self, input):
        self.output = np.pad(input, [(0, 0)] * (input.ndim - 1) + [(self.before, self.after)])
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput[..., self.before :][..., : input.shape[-1]].copy()
        return self.gradInput


class MeanOverTime(Module):
    """(batch, time, features) to (batch, features)."""

    EXAMPLES = (Example(input=(2, 3, 4)),)

    def updateOutput(self, input):
        self.output = input.mean(axis=1)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = np.repeat(gradOutput[:, None] / input.shape[1], input.shape[1], axis=1)
        return self.gradInput


class CumulativeSum(Module):
    """y_t = Σ_{s ≤ t} x_s over the last axis, so the gradient is summed from the other end."""

    EXAMPLES = (Example(input=(3, 5)),)

    def updateOutput(self, input):
        self.output = np.cumsum(input, axis=-1)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = np.cumsum(gradOutput[..., ::-1], axis=-1)[..., ::-1].copy()
        return self.gradInput
