"""`FlattenTable`: a table of tables as one."""

from __future__ import annotations

from collections.abc import Iterator

from minnet_core import Array, Example, Module
from minnet_core.nn import Tensor, leaves

from ..tensors import copied, expect_like, expect_table, floating_copy, mapped


class FlattenTable(Module):
    r"""Makes one table of the arrays in a table of tables, in their order.

    .. math:: \big(a, (b, (c, d)), e\big) \mapsto (a, b, c, d, e)

    Backward, each gradient returns to where its array was: those of ``gradOutput``, nested as the input.

    PyTorch: has none; ``torch.utils._pytree.tree_leaves(table)``.

    >>> import numpy as np
    >>> from minnet_tables import FlattenTable
    >>> FlattenTable().forward((np.array([1]), (np.array([2]), np.array([3]))))
    (array([1]), array([2]), array([3]))
    """

    EXAMPLES = (
        Example(input=[((3, 2), ((3, 4), ((3, 1), (3, 2)))), ((2, 3), (2, 1)), (((2, 3),),)], rejects=[(3, 2)]),
    )

    def updateOutput(self, input: tuple[Tensor, ...]) -> tuple[Array, ...]:
        output = tuple(copied(array) for array in leaves(expect_table(self, input)))
        self.output = output  # type: ignore[assignment]  # a table
        return output

    def updateGradInput(self, input: tuple[Tensor, ...], gradOutput: tuple[Array, ...]) -> tuple[Tensor, ...]:
        expect_like(self, gradOutput, tuple(leaves(expect_table(self, input))))
        gradients: Iterator[Array] = iter(gradOutput)
        gradInput: tuple[Tensor, ...] = mapped(lambda _: floating_copy(next(gradients)), input)
        self.gradInput = gradInput  # type: ignore[assignment]  # a table
        return gradInput
