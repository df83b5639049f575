"""`MapTable`: one module for all elements of a table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from minnet_core import Example, Module, Sequential
from minnet_core.nn import Tensor

from ..tensors import expect_like, expect_table
from .kept_passes import KeptPasses


class MapTable(Sequential):
    r"""Gives every element of a table to the same modules, one after another, as a siamese network does.

    Forward, for modules whose composition is :math:`f`, and a table of any length:

    .. math:: y = \big(f(x_0), \dots, f(x_{n-1})\big)

    Backward, with :math:`g_i = \partial L/\partial y_i`; the parameters :math:`\theta` of :math:`f` are used for every
    element, and their gradients add up:

    .. math:: \frac{\partial L}{\partial x_i} = \left(\frac{\partial f(x_i)}{\partial x_i}\right)^{\!\top} g_i

    .. math:: \frac{\partial L}{\partial \theta} =
              \sum_i \left(\frac{\partial f(x_i)}{\partial \theta}\right)^{\!\top} g_i

    There is one module, which runs over the elements in turn, and has the parameters, moving averages and random
    numbers of all; what it keeps of each pass to go back is put aside. Torch7's ``nn.MapTable`` makes clones that share
    the parameters, one for each element.

    PyTorch: has none; ``tuple(map(f, table))`` in a ``forward`` of one's own. Without modules, the table is copied.

    Args:
        modules: the first ones; ``add`` appends more, each of which gets the output of the one before.

    >>> import numpy as np
    >>> from minnet_tables import MapTable, Narrow
    >>> MapTable(Narrow(1, 1)).forward((np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]])))
    (array([[2.]]), array([[4.]]))
    """

    CACHES = ("_passes",)
    EXAMPLES = (Example(input=[((4, 3), (4, 3)), ((2, 3), (2, 1), (2, 2))], rejects=[(4, 3)]),)

    def __init__(self, *modules: Module) -> None:
        super().__init__(*modules)
        self._passes: KeptPasses | None = None

    def updateOutput(self, input: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        passes = KeptPasses(self)
        output = tuple(passes.run(self._of_each(super().updateOutput, expect_table("MapTable", input)), len(input)))
        self._passes = passes
        self.output = output  # type: ignore[assignment]  # a table
        return output

    backward = Module.backward

    def updateGradInput(self, input: tuple[Tensor, ...], gradOutput: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        passes = self._expect_passes(input, gradOutput)
        gradInput = tuple(passes.run(self._of_each(super().updateGradInput, input, gradOutput), len(input)))
        self.gradInput = gradInput  # type: ignore[assignment]  # a table
        return gradInput

    def accGradParameters(self, input: tuple[Tensor, ...], gradOutput: tuple[Tensor, ...]) -> None:
        """Accumulate the gradients of every element; `updateGradInput` must have run with the same arguments."""
        passes = self._expect_passes(input, gradOutput)
        accumulate = self._of_each(super().accGradParameters, input, gradOutput)
        for index in range(len(input)):
            passes.put_back(index)
            accumulate(index)

    def fuse_inside(self, fuse: Callable[[Module], Sequential]) -> MapTable:
        """Fold the modules into one another."""
        return MapTable(*fuse(Sequential(*self.modules)))

    def _of_each(self, method: Callable[..., Any], *given: tuple[Tensor, ...]) -> Callable[[int], Any]:
        """A function that calls a method with what an element is given; an error says with which."""

        def call(index: int) -> Any:
            try:
                return method(*(table[index] for table in given))
            except Exception as error:
                error.add_note(f"in element {index} of the table of MapTable")
                raise

        return call

    def _expect_passes(self, input: tuple[Tensor, ...], gradOutput: tuple[Tensor, ...]) -> KeptPasses:
        passes = self._passes
        if passes is None:
            raise RuntimeError("MapTable: expected updateOutput(input) before updateGradInput(input, gradOutput)")
        expect_table("MapTable", input, len(passes.passes))
        expect_like("MapTable", gradOutput, self.output)
        return passes

    def __repr__(self) -> str:
        return "\n".join(["MapTable", *(f"  {line}" for line in super().__repr__().splitlines())])
