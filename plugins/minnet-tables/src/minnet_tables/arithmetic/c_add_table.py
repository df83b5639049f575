"""`CAddTable`: the sum of arrays."""

from __future__ import annotations

from minnet_core import Array, Example, Module, Reference, expect_shape

from ..tensors import expect_arrays, floating_copy


class CAddTable(Module):
    r"""Adds the arrays of a table, element by element: what joins branches again; all of one shape.

    .. math:: y = \sum_i x_i

    Backward, with :math:`g = \partial L/\partial y`; the derivative by each is 1:

    .. math:: \frac{\partial L}{\partial x_i} = g

    PyTorch: ``a + b``, and so on; arrays of other shapes are not broadcast here.

    >>> import numpy as np
    >>> from minnet_tables import CAddTable
    >>> CAddTable().forward((np.array([1.0, 2.0]), np.array([10.0, 20.0])))
    array([11., 22.])
    """

    EXAMPLES = (
        Example(
            input=((3, 2), (3, 2)),
            rejects=[((3, 2), (3, 1)), (3, 2), ((3, 2), ((3, 2), (3, 2)))],
            reference=Reference("torch.add"),
        ),
    )

    def updateOutput(self, input: tuple[Array, ...]) -> Array:
        first, *others = expect_arrays(self, input)
        output: Array = first + others[0] if others else first.copy()
        for other in others[1:]:
            output = output + other
        self.output = output
        return output

    def updateGradInput(self, input: tuple[Array, ...], gradOutput: Array) -> tuple[Array, ...]:
        arrays = expect_arrays(self, input)
        expect_shape(self, gradOutput, arrays[0].shape, "gradOutput")
        gradInput = tuple(floating_copy(gradOutput) for _ in arrays)
        self.gradInput = gradInput  # type: ignore[assignment]  # a table
        return gradInput
