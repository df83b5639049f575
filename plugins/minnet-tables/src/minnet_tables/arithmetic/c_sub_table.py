"""`CSubTable`: the difference of two arrays."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Example, Module, Reference, expect_shape

from ..tensors import expect_arrays, floating_copy


class CSubTable(Module):
    r"""Subtracts the second array of a table from the first, element by element; both of one shape.

    .. math:: y = a - b

    Backward, with :math:`g = \partial L/\partial y`; the derivatives are 1 and -1:

    .. math:: \frac{\partial L}{\partial a} = g, \qquad \frac{\partial L}{\partial b} = -g

    PyTorch: ``a - b``; arrays of other shapes are not broadcast here.

    >>> import numpy as np
    >>> from minnet_tables import CSubTable
    >>> CSubTable().forward((np.array([1.0, 2.0]), np.array([10.0, 20.0])))
    array([ -9., -18.])
    """

    EXAMPLES = (
        Example(
            input=[((3, 2), (3, 2)), ((4,), (4,))],
            rejects=[((3, 2), (3, 1)), (3, 2), ((3, 2), (3, 2), (3, 2))],
            reference=Reference("torch.sub"),
        ),
    )

    def updateOutput(self, input: tuple[Array, Array]) -> Array:
        a, b = expect_arrays(self, input, 2)
        output: Array = a - b
        self.output = output
        return output

    def updateGradInput(self, input: tuple[Array, Array], gradOutput: Array) -> tuple[Array, Array]:
        a, _ = expect_arrays(self, input, 2)
        expect_shape(self, gradOutput, a.shape, "gradOutput")
        g = floating_copy(gradOutput)
        gradInput = g, np.negative(g)
        self.gradInput = gradInput  # type: ignore[assignment]  # a table
        return gradInput
