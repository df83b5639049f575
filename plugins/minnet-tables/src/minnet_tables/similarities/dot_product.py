"""`DotProduct`: the inner products of two arrays."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Example, Module, Reference, expect_shape
from minnet_core.nn import as_floating, axis_dot, whole_rows

from .pairs import expect_pair


class DotProduct(Module):
    r"""Multiplies the vectors of two arrays; input ``((..., n), (..., n))``, output ``(...)``.

    .. math:: y = \sum_i a_i b_i

    Backward, with :math:`g = \partial L/\partial y`; the derivative by each is the other:

    .. math:: \frac{\partial L}{\partial a_i} = g\, b_i, \qquad \frac{\partial L}{\partial b_i} = g\, a_i

    PyTorch: ``(a * b).sum(-1)``, ``torch.linalg.vecdot``.

    >>> import numpy as np
    >>> from minnet_tables import DotProduct
    >>> DotProduct().forward((np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]])))
    array([11.])
    """

    EXAMPLES = (
        Example(
            input=[((3, 4), (3, 4)), ((2, 3, 2), (2, 3, 2))],
            rejects=[((3, 4), (3, 1)), (3, 4), ((4,), (4,)), ((3, 4), (3, 4), (3, 4))],
            reference=Reference("torch.linalg.vecdot"),
        ),
    )

    def updateOutput(self, input: tuple[Array, Array]) -> Array:
        a, b = expect_pair(self, input)
        output = axis_dot(a, b)[..., 0]
        self.output = output
        return output

    def updateGradInput(self, input: tuple[Array, Array], gradOutput: Array) -> tuple[Array, Array]:
        a, b = expect_pair(self, input)
        expect_shape(self, gradOutput, a.shape[:-1], "gradOutput")
        g = as_floating(gradOutput)[..., np.newaxis]
        with whole_rows(a):
            gradInput = g * b, g * a
        self.gradInput = gradInput  # type: ignore[assignment]  # a table
        return gradInput
