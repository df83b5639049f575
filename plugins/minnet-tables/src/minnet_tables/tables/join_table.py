"""`JoinTable`: arrays put together along an axis."""

from __future__ import annotations

from typing import SupportsIndex

from minnet_core import Array, Example, Module, expect_shape
from minnet_core.nn import integer

from ..joining import joined, parted
from ..tensors import expect_arrays, floating_copy


class JoinTable(Module):
    r"""Puts the arrays of a table together along an axis, in which alone they may differ.

    With :math:`n_i` places of array :math:`i` along the axis, and :math:`s_i = \sum_{j < i} n_j`,

    .. math:: y_{\ldots,\,s_i + k,\,\ldots} = (x_i)_{\ldots,\,k,\,\ldots}, \qquad 0 \le k < n_i

    Backward, each gradient returns to where its number was: ``gradOutput``, cut where the arrays meet.

    PyTorch: ``torch.cat(table, axis)``. Torch7: ``nn.JoinTable``, which counts axes from 1, and behind the batch with
    its second argument; here they are counted from 0, and axis 0 is the batch.

    Args:
        axis: the axis; a negative one counts from the end.

    >>> import numpy as np
    >>> from minnet_tables import JoinTable
    >>> JoinTable(1).forward((np.array([[1, 2]]), np.array([[3]])))
    array([[1, 2, 3]])
    """

    EXAMPLES = (
        Example(
            arguments={"axis": 1},
            input=[((3, 2), (3, 4)), ((2, 1, 3), (2, 2, 3), (2, 2, 3)), ((2, 3),)],
            rejects=[((3, 2), (2, 2)), (3, 2), ((3,), (3,)), ((3, 2), (3, 2, 1)), ((3, 2), ((3, 2), (3, 2)))],
            rejected_arguments=[{"axis": 0.5}],
        ),
    )

    def __init__(self, axis: SupportsIndex) -> None:
        super().__init__()
        self.axis = integer("JoinTable", "axis", axis)

    def updateOutput(self, input: tuple[Array, ...]) -> Array:
        expect_arrays(self, input, alike=False)
        output = joined(self, self.axis, input)
        self.output = output
        return output

    def updateGradInput(self, input: tuple[Array, ...], gradOutput: Array) -> tuple[Array, ...]:
        expect_arrays(self, input, alike=False)
        shape = [*input[0].shape]
        shape[self.axis] = sum(array.shape[self.axis] for array in input)
        expect_shape(self, gradOutput, shape, "gradOutput")
        gradInput = tuple(map(floating_copy, parted(self.axis, gradOutput, input)))
        self.gradInput = gradInput  # type: ignore[assignment]  # a table
        return gradInput

    def __repr__(self) -> str:
        return f"JoinTable {self.axis}"
