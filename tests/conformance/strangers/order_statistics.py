"""Sorted numbers and their median: where some are equal, the gradient is that of one order of them."""

import numpy as np

from minnet_core import Example, Module


class Sort(Module):
    """Each row from its least number to its largest; what comes back goes where the number was."""

    CACHES = ("order",)
    EXAMPLES = (Example(input=(3, 5), traits={"kinks"}), Example(input=(2, 3, 4), traits={"kinks"}))

    def __init__(self):
        super().__init__()
        self.order = None

    def updateOutput(self, input):
        order = np.argsort(input, axis=-1)
        self.order, self.output = order, np.take_along_axis(input, order, -1)
        return self.output

    def updateGradInput(self, input, gradOutput):
        gradInput = np.empty_like(input)
        np.put_along_axis(gradInput, self.order, gradOutput, -1)
        self.gradInput = gradInput
        return self.gradInput


class Median(Module):
    """The number in the middle of each row, or the mean of the two that are."""

    CACHES = ("middle",)
    EXAMPLES = (Example(input=(4, 5), traits={"kinks"}), Example(input=(3, 6), traits={"kinks"}))

    def __init__(self):
        super().__init__()
        self.middle = None

    def updateOutput(self, input):
        size = input.shape[-1]
        middle = np.argsort(input, axis=-1)[..., (size - 1) // 2 : size // 2 + 1]
        self.middle, self.output = middle, np.take_along_axis(input, middle, -1).mean(axis=-1, keepdims=True)
        return self.output

    def updateGradInput(self, input, gradOutput):
        gradInput = np.zeros_like(input)
        np.put_along_axis(gradInput, self.middle, gradOutput / self.middle.shape[-1], -1)
        self.gradInput = gradInput
        return self.gradInput
