"""`SplitTable`: an array as the table of what it holds along an axis."""

from __future__ import annotations

from typing import SupportsIndex

import numpy as np

from minnet_core import Array, Example, Module, Reference
from minnet_core.nn import axis_of, floating_dtype, integer

from ..tensors import expect_like


class SplitTable(Module):
    r"""Makes a table of what an array holds at each place of an axis, such as the steps of a sequence.

    .. math:: (y_k)_{\ldots,\,i,\,j,\,\ldots} = x_{\ldots,\,i,\,k,\,j,\,\ldots}

    Backward, with :math:`g_k = \partial L/\partial y_k`, each gradient returns to where its number was:

    .. math:: \frac{\partial L}{\partial x_{\ldots,\,i,\,k,\,j,\,\ldots}} = (g_k)_{\ldots,\,i,\,j,\,\ldots}

    PyTorch: ``torch.unbind(x, axis)``. Torch7: ``nn.SplitTable``, which counts axes from 1, and behind the batch with
    its second argument; here they are counted from 0, and axis 0 is the batch.

    Args:
        axis: the axis, which is gone then; a negative one counts from the end.

    >>> import numpy as np
    >>> from minnet_tables import SplitTable
    >>> SplitTable(1).forward(np.array([[1, 2], [3, 4]]))
    (array([1, 3]), array([2, 4]))
    """

    EXAMPLES = (
        Example(
            arguments={"axis": 1},
            input=[(2, 3), (3, 2, 4), (2, 1)],
            rejects=[(3,), ((3, 2), (3, 2))],
            rejected_arguments=[{"axis": 0.5}],
            reference=Reference("torch.unbind", {"dim": 1}),
        ),
    )

    def __init__(self, axis: SupportsIndex) -> None:
        super().__init__()
        self.axis = integer("SplitTable", "axis", axis)

    def updateOutput(self, input: Array) -> tuple[Array, ...]:
        output = tuple(np.array(part) for part in self._parts(input))
        self.output = output  # type: ignore[assignment]  # a table
        return output

    def updateGradInput(self, input: Array, gradOutput: tuple[Array, ...]) -> Array:
        expect_like(self, gradOutput, tuple(self._parts(input)))
        axis = axis_of(self, self.axis, input)
        gradients = [np.asarray(part, floating_dtype(part)) for part in gradOutput]
        self.gradInput = np.stack(gradients, axis)
        return self.gradInput

    def _parts(self, input: Array) -> Array:
        return np.moveaxis(input, axis_of(self, self.axis, input), 0)

    def __repr__(self) -> str:
        return f"SplitTable {self.axis}"
