"""`Concat`: several modules with one input, their outputs put together."""

from __future__ import annotations

from typing import Self, SupportsIndex

from minnet_core import Array, Example, Module, expect_shape
from minnet_core.nn import Tensor, integer

from ..joining import joined, parted
from ..tensors import expect_arrays, summed
from .branches import Branches


class Concat(Branches):
    r"""Gives every module the same input, and puts their outputs together along an axis.

    Forward, for modules :math:`f_0 \dots f_{n-1}`, whose outputs may differ along the axis alone:

    .. math:: y = \big[f_0(x), \dots, f_{n-1}(x)\big]

    Backward, with :math:`g_i` for the part of :math:`\partial L/\partial y` that is of :math:`f_i`; what comes back on
    all ways adds up:

    .. math:: \frac{\partial L}{\partial x} = \sum_i \left(\frac{\partial f_i}{\partial x}\right)^{\!\top} g_i

    PyTorch: has none; ``torch.cat([f(x) for f in modules], axis)`` in a ``forward`` of one's own. Torch7:
    ``nn.Concat(dim)``, which counts axes from 1; here they are counted from 0, and axis 0 is the batch. It is what
    ``ConcatTable`` and ``JoinTable`` make one after the other.

    Args:
        axis: the axis; a negative one counts from the end.
        modules: the first ones; ``add`` appends more.

    >>> import numpy as np
    >>> from minnet_tables import Concat, Narrow
    >>> Concat(1, Narrow(1, 1), Narrow(1, 0)).forward(np.array([[1.0, 2.0]]))
    array([[2., 1.]])
    """

    EXAMPLES = (Example(arguments={"axis": 1}, input=[(4, 3), (2, 3, 5)], rejected_arguments=[{"axis": 0.5}]),)

    def __init__(self, axis: SupportsIndex, *modules: Module) -> None:
        super().__init__(*modules)
        self.axis = integer("Concat", "axis", axis)

    def _inputs(self, input: Tensor) -> list[Tensor]:
        return [input] * len(self.modules)

    def _output(self, outputs: list[Tensor]) -> Array:
        expect_arrays(self._title(), tuple(outputs), name="the outputs of its modules", alike=False)
        return joined(self._title(), self.axis, outputs, "the outputs of its modules")

    def _gradients(self, gradOutput: Array) -> list[Array]:
        if self.output is None:
            raise RuntimeError(
                f"{self._title()}: expected updateOutput(input) before updateGradInput(input, gradOutput)"
            )
        expect_shape(self._title(), gradOutput, self.output.shape, "gradOutput")
        return parted(self.axis, gradOutput, [module.output for module in self.modules])

    def _gradInput(self, gradients: list[Tensor]) -> Tensor:
        return summed(gradients)

    def _empty(self) -> Self:
        return type(self)(self.axis)

    def _title(self) -> str:
        return f"Concat {self.axis}"
