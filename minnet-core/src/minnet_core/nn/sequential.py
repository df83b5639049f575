"""`Sequential`: modules one after another."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from .arrays import Tensor
from .container import Container, in_two_phases, is_in_two_phases
from .example import Example
from .node import join, listed_arrays, listed_modules

if TYPE_CHECKING:
    from .picture import Ends, Sketch


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
        for index, module in enumerate(self.modules):
            try:
                output = module.forward(output)
            except Exception as error:
                self.locate(error, index, output)
                raise
        if not self.modules:
            output = copy.deepcopy(input)
        self.output = output
        return output

    @in_two_phases
    def backward(self, input: Tensor, gradOutput: Tensor) -> Tensor:
        """Compute all input gradients, then accumulate all parameter gradients.

        So an input of another shape than that of the forward pass is found before any gradient has changed.
        (A module that defines ``backward`` itself, as notebooks do, is called by it, in the first phase.)
        """
        gradient = self._go_back(input, gradOutput, first=-1)
        self.gradInput = gradient if self.modules else copy.deepcopy(gradOutput)
        return self.gradInput

    def backwardParameters(self, input: Tensor, gradOutput: Tensor) -> None:
        """Accumulate all parameter gradients, going back no further than the first module that has any."""
        for index, module in enumerate(self.modules):
            if next(listed_arrays(module), None) is not None:
                self._go_back(input, gradOutput, first=index)
                return

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

    def draw_inside(self, sketch: Sketch, name: str, taken: Ends) -> Ends:
        for step, module in listed_modules(self):
            taken = sketch.module(join(name, step), module, taken)
        return taken

    def _go_back(self, input: Tensor, gradOutput: Tensor, first: int) -> Tensor:
        """Go back through the modules behind ``first``, and let that one accumulate its parameter gradients alone.

        The result is the gradient with respect to the output of ``first``, or to ``input`` if that is -1.
        """
        modules, gradient, index = self.modules, gradOutput, 0
        later: list[tuple[int, Tensor]] = []
        try:
            for index in range(len(modules) - 1, first, -1):
                module = modules[index]
                if is_in_two_phases(module):
                    later.append((index, gradient))
                    gradient = module.updateGradInput(self._input_of(index, input), gradient)
                else:
                    gradient = module.backward(self._input_of(index, input), gradient)
            if first >= 0:  # before the others accumulate: it is the one that meets the input, and may refuse it
                index = first
                modules[first].backwardParameters(self._input_of(first, input), gradient)
            for index, received in later:
                modules[index].accGradParameters(self._input_of(index, input), received)
        except Exception as error:
            self.locate(error, index, self._input_of(index, input))
            raise
        return gradient

    def _input_of(self, index: int, input: Tensor) -> Tensor:
        return self.modules[index - 1].output if index else input
