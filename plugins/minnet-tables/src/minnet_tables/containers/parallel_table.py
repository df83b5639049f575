"""`ParallelTable`: a module for each element of a table."""

from __future__ import annotations

from minnet_core import Example
from minnet_core.nn import Tensor

from ..tensors import expect_like, expect_table
from .branches import Branches


class ParallelTable(Branches):
    r"""Gives each module an element of a table of its own, and returns the table of their outputs.

    Forward, for modules :math:`f_0 \dots f_{n-1}`:

    .. math:: y = \big(f_0(x_0), \dots, f_{n-1}(x_{n-1})\big)

    Backward, with :math:`g_i = \partial L/\partial y_i`; no element has an influence on another output:

    .. math:: \frac{\partial L}{\partial x_i} = \left(\frac{\partial f_i}{\partial x_i}\right)^{\!\top} g_i

    The table must have as many elements as there are modules. (Torch7's may have more, which are left out.)

    PyTorch: has none; ``tuple(f(x) for f, x in zip(modules, table))`` in a ``forward`` of one's own. For one module and
    a table of any length there is ``MapTable``.

    Args:
        modules: the first ones; ``add`` appends more.

    >>> import numpy as np
    >>> from minnet_tables import ParallelTable, Narrow
    >>> ParallelTable(Narrow(1, 0), Narrow(1, 1)).forward((np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]])))
    (array([[1.]]), array([[4.]]))
    """

    EXAMPLES = (Example(input=((4, 3), (4, 2)), rejects=[((4, 3), (4, 2), (4, 1)), (4, 3)]),)

    def _inputs(self, input: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        return expect_table(self._title(), input, len(self.modules))

    def _output(self, outputs: list[Tensor]) -> tuple[Tensor, ...]:
        return tuple(outputs)

    def _gradients(self, gradOutput: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        expect_like(self._title(), gradOutput, tuple(module.output for module in self.modules))
        return gradOutput

    def _gradInput(self, gradients: list[Tensor]) -> tuple[Tensor, ...]:
        return tuple(gradients)
