"""`SelectTable`: one element of a table."""

from __future__ import annotations

from typing import SupportsIndex

from minnet_core import Example, Module, ShapeError
from minnet_core.nn import Tensor, describe, integer

from ..tensors import copied, expect_like, expect_table, floating_copy, mapped, zeros_like


class SelectTable(Module):
    r"""Takes one element of a table, an array or a table itself.

    .. math:: y = x_{\mathrm{index}}

    Backward, with :math:`g = \partial L/\partial y`; the others have no influence:

    .. math:: \frac{\partial L}{\partial x_i} = g\,[i = \mathrm{index}]

    PyTorch: ``table[index]``. Torch7: ``nn.SelectTable``, which counts from 1; here elements are counted from 0.

    Args:
        index: which one; a negative number counts from the end.

    >>> import numpy as np
    >>> from minnet_tables import SelectTable
    >>> SelectTable(-1).forward((np.array([1, 2]), np.array([3])))
    array([3])
    """

    EXAMPLES = (
        Example(
            arguments={"index": 1},
            input=[((3, 2), (3, 4)), ((2, 3), (2, 1), (2, 2)), ((2, 3), ((2, 1), (2, 2)))],
            rejects=[((3, 2),), (3, 2)],
            rejected_arguments=[{"index": 0.5}],
        ),
    )

    def __init__(self, index: SupportsIndex) -> None:
        super().__init__()
        self.index = integer("SelectTable", "index", index)

    def updateOutput(self, input: tuple[Tensor, ...]) -> Tensor:
        output = copied(input[self._place(input)])
        self.output = output
        return output

    def updateGradInput(self, input: tuple[Tensor, ...], gradOutput: Tensor) -> tuple[Tensor, ...]:
        place = self._place(input)
        expect_like(self, gradOutput, input[place])
        gradInput = (*zeros_like(input[:place]), mapped(floating_copy, gradOutput), *zeros_like(input[place + 1 :]))
        self.gradInput = gradInput  # type: ignore[assignment]  # a table
        return gradInput

    def _place(self, input: tuple[Tensor, ...]) -> int:
        count = len(expect_table(self, input))
        if not -count <= self.index < count:
            raise ShapeError(f"{self}: expected input with an element {self.index}, received {describe(input)}")
        return self.index % count

    def __repr__(self) -> str:
        return f"SelectTable {self.index}"
