"""`CMulTable`: the product of arrays."""

from __future__ import annotations

from minnet_core import Array, Example, Module, Reference, expect_shape
from minnet_core.nn import as_floating

from ..tensors import expect_arrays


class CMulTable(Module):
    r"""Multiplies the arrays of a table, element by element, as a gate does; all of one shape.

    .. math:: y = \prod_i x_i

    Backward, with :math:`g = \partial L/\partial y`; the derivative by each is the product of the others:

    .. math:: \frac{\partial L}{\partial x_i} = g \prod_{j < i} x_j \prod_{j > i} x_j

    The products of those before and of those behind are carried along, so that nothing is divided, by 0 say, and n
    arrays take 3n products.

    PyTorch: ``a * b``, and so on; arrays of other shapes are not broadcast here.

    >>> import numpy as np
    >>> from minnet_tables import CMulTable
    >>> CMulTable().forward((np.array([1.0, 2.0]), np.array([10.0, 20.0])))
    array([10., 40.])
    """

    EXAMPLES = (
        Example(
            input=((3, 2), (3, 2)),
            rejects=[((3, 2), (3, 1)), (3, 2)],
            reference=Reference("torch.mul"),
        ),
    )

    def updateOutput(self, input: tuple[Array, ...]) -> Array:
        first, *others = expect_arrays(self, input)
        output: Array = first * others[0] if others else first.copy()
        for other in others[1:]:
            output = output * other
        self.output = output
        return output

    def updateGradInput(self, input: tuple[Array, ...], gradOutput: Array) -> tuple[Array, ...]:
        arrays = expect_arrays(self, input)
        expect_shape(self, gradOutput, arrays[0].shape, "gradOutput")
        before = [as_floating(gradOutput)]  # g times the product of those before each
        for array in arrays[:-1]:
            before.append(before[-1] * array)
        gradients = [before[-1] if len(arrays) > 1 else before[-1].copy()]  # the last first
        behind: Array | None = None
        for array, product in zip(arrays[:0:-1], before[-2::-1], strict=True):
            behind = array if behind is None else behind * array
            gradients.append(product * behind)
        gradInput = tuple(reversed(gradients))
        self.gradInput = gradInput  # type: ignore[assignment]  # a table
        return gradInput
