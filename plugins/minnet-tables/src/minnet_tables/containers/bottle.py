"""`Bottle`: modules for inputs of more axes than they take."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import SupportsIndex

import numpy as np

from minnet_core import Array, Example, Module, Sequential, ShapeError, expect_shape
from minnet_core.nn import describe, integer


class Bottle(Sequential):
    r"""Makes one axis of the first ones, for modules that take ``n_input_dims`` axes, and several again behind them.

    With input ``(*lead, *rest)``, of which the modules get ``(prod(lead), *rest)``, each place of the leading axes is a
    sample; for modules whose composition is :math:`f`, and places :math:`s` of the leading axes:

    .. math:: y_s = f(x)_s, \qquad x \text{ seen as a batch of all } x_s

    Backward, with :math:`g = \partial L/\partial y` seen as a batch too; no number changes on the way:

    .. math:: \frac{\partial L}{\partial x} = \left(\frac{\partial f}{\partial x}\right)^{\!\top} g

    PyTorch: ``f(x.flatten(0, -n)).unflatten(0, lead)``. Torch7: ``nn.Bottle(module, nInputDim, nOutputDim)``; here the
    output may have any number of axes, of which the first is that of the samples. Without modules, it copies its input.

    Args:
        module: the first one; ``add`` appends more, each of which gets the output of the one before.
        n_input_dims: how many axes the first module takes, that of the samples among them.

    >>> import numpy as np
    >>> from minnet_tables import Bottle, Narrow
    >>> Bottle(Narrow(1, 0, 2), 2).forward(np.zeros((5, 4, 3))).shape
    (5, 4, 2)
    """

    EXAMPLES = (
        Example(
            input=[(2, 3, 4), (3, 4), (2, 3, 1, 2)],
            rejects=[(3,), ((2, 3), (2, 3))],
            rejected_arguments=[{"n_input_dims": 0}, {"n_input_dims": 1.5}],
        ),
    )

    def __init__(self, module: Module | None = None, n_input_dims: SupportsIndex = 2) -> None:
        self.n_input_dims = integer("Bottle", "n_input_dims", n_input_dims, least=1)
        super().__init__(*([] if module is None else [module]))

    def updateOutput(self, input: Array) -> Array:
        samples = self._samples(input)
        made = super().updateOutput(samples)
        expect_shape(self._title(), made, (len(samples), *np.shape(made)[1:]), "the output of its modules")
        output: Array = made.reshape(*self._lead(input), *made.shape[1:])
        self.output = output
        return output

    backward = Module.backward

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        gradient = super().updateGradInput(self._samples(input), self._gradients(input, gradOutput))
        self.gradInput = gradient.reshape(input.shape)
        return self.gradInput

    def accGradParameters(self, input: Array, gradOutput: Array) -> None:
        """Accumulate the gradients of every module; `updateGradInput` must have run with the same arguments."""
        super().accGradParameters(self._samples(input), self._gradients(input, gradOutput))

    def backwardParameters(self, input: Array, gradOutput: Array) -> None:
        super().backwardParameters(self._samples(input), self._gradients(input, gradOutput))

    def fuse_inside(self, fuse: Callable[[Module], Sequential]) -> Bottle:
        """Fold the modules into one another; of a feature's axis before the last, nothing is known outside."""
        fused = Bottle(n_input_dims=self.n_input_dims)
        for module in fuse(Sequential(*self.modules)):
            fused.add(module)
        return fused

    def _lead(self, input: Array) -> tuple[int, ...]:
        """The axes that become one."""
        axes = getattr(input, "ndim", 0)
        if axes < self.n_input_dims:
            raise ShapeError(
                f"{self._title()}: expected input with {self.n_input_dims} axes or more, received {describe(input)}"
            )
        return input.shape[: axes - self.n_input_dims + 1]

    def _samples(self, input: Array) -> Array:
        lead = self._lead(input)
        return input.reshape(math.prod(lead), *input.shape[len(lead) :])

    def _gradients(self, input: Array, gradOutput: Array) -> Array:
        if self.output is None:
            raise RuntimeError(
                f"{self._title()}: expected updateOutput(input) before updateGradInput(input, gradOutput)"
            )
        expect_shape(self._title(), gradOutput, self.output.shape, "gradOutput")
        return gradOutput.reshape(-1 if gradOutput.size else 0, *gradOutput.shape[len(self._lead(input)) :])

    def _title(self) -> str:
        return f"Bottle {self.n_input_dims}"

    def __repr__(self) -> str:
        return "\n".join([self._title(), *(f"  {line}" for line in super().__repr__().splitlines())])
