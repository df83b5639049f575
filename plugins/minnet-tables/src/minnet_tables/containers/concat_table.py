"""`ConcatTable`: several modules with one input."""

from __future__ import annotations

from minnet_core import Example
from minnet_core.nn import Tensor

from ..tensors import expect_like, summed
from .branches import Branches


class ConcatTable(Branches):
    r"""Gives every module the same input, and returns the table of their outputs: where a network branches.

    Forward, for modules :math:`f_0 \dots f_{n-1}`:

    .. math:: y = \big(f_0(x), \dots, f_{n-1}(x)\big)

    Backward, with :math:`g_i = \partial L/\partial y_i`; :math:`x` reaches the outputs on all ways, and what comes back
    on them adds up:

    .. math:: \frac{\partial L}{\partial x} = \sum_i \left(\frac{\partial f_i}{\partial x}\right)^{\!\top} g_i

    PyTorch: has none; ``tuple(f(x) for f in modules)`` in a ``forward`` of one's own. ``Residual`` is
    ``Sequential(ConcatTable(Sequential(...), Identity()), CAddTable())``.

    Args:
        modules: the first ones; ``add`` appends more.

    >>> import numpy as np
    >>> from minnet_tables import ConcatTable, Narrow
    >>> ConcatTable(Narrow(1, 0), Narrow(1, 1)).forward(np.array([[1.0, 2.0]]))
    (array([[1.]]), array([[2.]]))
    """

    EXAMPLES = (Example(input=[(4, 3), ((2, 3), (2, 2))]),)

    def _inputs(self, input: Tensor) -> list[Tensor]:
        return [input] * len(self.modules)

    def _output(self, outputs: list[Tensor]) -> tuple[Tensor, ...]:
        return tuple(outputs)

    def _gradients(self, gradOutput: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        expect_like(self._title(), gradOutput, tuple(module.output for module in self.modules))
        return gradOutput

    def _gradInput(self, gradients: list[Tensor]) -> Tensor:
        return summed(gradients)
