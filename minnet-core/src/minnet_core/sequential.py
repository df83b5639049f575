"""`Sequential`: modules one after another."""

from __future__ import annotations

import copy

from .arrays import Tensor
from .container import Container
from .example import Example
from .module import Module


class Sequential(Container):
    r"""Feeds each module the output of the one before.

    Forward, for modules :math:`f_0 \dots f_{n-1}` and :math:`y_{-1} = x`:

    .. math:: y_i = f_i(y_{i-1}), \qquad y = y_{n-1}

    Backward, the chain rule from the last module to the first, with :math:`g_n = \partial L/\partial y`:

    .. math:: g_i = \left(\frac{\partial f_i}{\partial y_{i-1}}\right)^{\!\top} g_{i+1}, \qquad
              \frac{\partial L}{\partial x} = g_0

    Each module must see in ``backward`` the input that it saw in ``forward``, so ``input`` must be that of the last
    ``forward``; the others are the ``output`` of the module before.

    PyTorch: ``torch.nn.Sequential``. An empty one copies its input.

    >>> import numpy as np
    >>> from minnet_core import Sequential
    >>> Sequential().add(Sequential()).forward(np.ones(2))
    array([1., 1.])
    """

    EXAMPLES = (Example(input=(4, 3)),)

    def updateOutput(self, input: Tensor) -> Tensor:
        output = input
        for index in range(len(self.modules)):
            output = self.rethrowErrors(index, "forward", output)
        self.output = output if self.modules else copy.deepcopy(input)
        return self.output

    def backward(self, input: Tensor, gradOutput: Tensor) -> Tensor:
        """Compute all input gradients, then accumulate all parameter gradients.

        So an input of another shape than that of the forward pass is found before any gradient has changed.
        (A module that defines ``backward`` itself, as notebooks do, is called by it, in the first phase.)
        """
        later: list[tuple[int, Tensor]] = []
        gradient = gradOutput
        for index in reversed(range(len(self.modules))):
            if type(self.modules[index]).backward in (Module.backward, Sequential.backward):
                later.append((index, gradient))
                gradient = self.rethrowErrors(index, "updateGradInput", self._input_of(index, input), gradient)
            else:
                gradient = self.rethrowErrors(index, "backward", self._input_of(index, input), gradient)
        for index, its_gradOutput in later:
            self.rethrowErrors(index, "accGradParameters", self._input_of(index, input), its_gradOutput)
        self.gradInput = gradient if self.modules else copy.deepcopy(gradOutput)
        return self.gradInput

    def updateGradInput(self, input: Tensor, gradOutput: Tensor) -> Tensor:
        gradient = gradOutput
        for index in reversed(range(len(self.modules))):
            gradient = self.rethrowErrors(index, "updateGradInput", self._input_of(index, input), gradient)
        self.gradInput = gradient if self.modules else copy.deepcopy(gradOutput)
        return self.gradInput

    def accGradParameters(self, input: Tensor, gradOutput: Tensor) -> None:
        """Accumulate the gradients of every module; `updateGradInput` must have run with the same arguments."""
        for index in reversed(range(len(self.modules))):
            is_last = index == len(self.modules) - 1
            gradient = gradOutput if is_last else self.modules[index + 1].gradInput
            self.rethrowErrors(index, "accGradParameters", self._input_of(index, input), gradient)

    def _input_of(self, index: int, input: Tensor) -> Tensor:
        return self.modules[index - 1].output if index else input
