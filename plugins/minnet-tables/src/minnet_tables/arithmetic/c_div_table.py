"""`CDivTable`: the quotient of two arrays."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Example, Module, Reference, expect_shape

from ..tensors import expect_arrays


class CDivTable(Module):
    r"""Divides the first array of a table by the second, element by element; both of one shape.

    .. math:: y = a / b

    Backward, with :math:`g = \partial L/\partial y`; :math:`\partial y/\partial b = -a/b^2 = -y/b`:

    .. math:: \frac{\partial L}{\partial a} = \frac{g}{b}, \qquad
              \frac{\partial L}{\partial b} = -\frac{\partial L}{\partial a} \cdot \frac{a}{b}

    A divisor of 0 gives what IEEE 754 says, infinity or nan, without a warning, as in PyTorch.

    PyTorch: ``a / b``; arrays of other shapes are not broadcast here.

    >>> import numpy as np
    >>> from minnet_tables import CDivTable
    >>> CDivTable().forward((np.array([1.0, 2.0]), np.array([10.0, 5.0])))
    array([0.1, 0.4])
    """

    EXAMPLES = (
        Example(
            input=[((3, 2), "3,2:positive"), ((4,), "4:positive")],
            rejects=[((3, 2), (3, 1)), (3, 2), ((3, 2), (3, 2), (3, 2))],
            reference=Reference("torch.div"),
        ),
    )

    def updateOutput(self, input: tuple[Array, Array]) -> Array:
        a, b = expect_arrays(self, input, 2)
        with np.errstate(divide="ignore", invalid="ignore"):
            output: Array = a / b
        self.output = output
        return output

    def updateGradInput(self, input: tuple[Array, Array], gradOutput: Array) -> tuple[Array, Array]:
        a, b = expect_arrays(self, input, 2)
        expect_shape(self, gradOutput, a.shape, "gradOutput")
        with np.errstate(divide="ignore", invalid="ignore"):
            by_a = np.divide(gradOutput, b)
            by_b = np.divide(a, b)
            by_b *= by_a
        gradInput = by_a, np.negative(by_b, by_b)
        self.gradInput = gradInput  # type: ignore[assignment]  # a table
        return gradInput
