"""`NarrowTable`: a stretch of a table."""

from __future__ import annotations

from typing import SupportsIndex

from minnet_core import Example, Module
from minnet_core.nn import Tensor, integer

from ..arguments import stretch
from ..tensors import copied, expect_like, expect_table, floating_copy, mapped, zeros_like


class NarrowTable(Module):
    r"""Takes a stretch of a table, from ``offset`` on: a shorter table, also of one element.

    .. math:: y_i = x_{\mathrm{offset} + i}, \qquad 0 \le i < \mathrm{length}

    Backward, with :math:`g_i = \partial L/\partial y_i`; the others have no influence, so their gradients are 0:

    .. math:: \frac{\partial L}{\partial x_{\mathrm{offset} + i}} = g_i

    PyTorch: ``table[offset : offset + length]``. Torch7: ``nn.NarrowTable``, which counts from 1; here elements are
    counted from 0.

    Args:
        offset: the first element; a negative number counts from the end.
        length: how many; -1 for all from there on, -2 for all but the last, and so on, as in Torch7.

    >>> import numpy as np
    >>> from minnet_tables import NarrowTable
    >>> NarrowTable(1, 2).forward((np.array([1]), np.array([2]), np.array([3])))
    (array([2]), array([3]))
    """

    EXAMPLES = (
        Example(
            arguments={"offset": 1, "length": 2},
            input=[((3, 2), (3, 4), (3, 1)), ((2, 3), (2, 1), ((2, 2), (2, 1)), (2, 2))],
            rejects=[((3, 2), (3, 4)), (3, 2)],
            rejected_arguments=[{"offset": 0.5}, {"length": 0}],
        ),
    )

    def __init__(self, offset: SupportsIndex, length: SupportsIndex = 1) -> None:
        super().__init__()
        self.offset, self.length = integer("NarrowTable", "offset", offset), integer("NarrowTable", "length", length)
        if not self.length:
            raise ValueError(
                "NarrowTable: expected length to be positive, or -1 and less for up to the end, received 0"
            )

    def updateOutput(self, input: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        output: tuple[Tensor, ...] = copied(input[self._places(input)])
        self.output = output  # type: ignore[assignment]  # a table
        return output

    def updateGradInput(self, input: tuple[Tensor, ...], gradOutput: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        places = self._places(input)
        expect_like(self, gradOutput, input[places])
        before, behind = input[: places.start], input[places.stop :]
        gradInput = (*zeros_like(before), *mapped(floating_copy, gradOutput), *zeros_like(behind))
        self.gradInput = gradInput  # type: ignore[assignment]  # a table
        return gradInput

    def _places(self, input: tuple[Tensor, ...]) -> slice:
        return stretch(self, self.offset, self.length, len(expect_table(self, input)), input)

    def __repr__(self) -> str:
        return f"NarrowTable {self.offset}, {self.length}"
