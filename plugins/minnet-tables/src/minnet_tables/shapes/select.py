"""`Select`: one place of an axis."""

from __future__ import annotations

from typing import SupportsIndex

import numpy as np

from minnet_core import Array, Example, Module, Reference, ShapeError, expect_shape
from minnet_core.nn import axis_of, describe, floating_dtype, integer


class Select(Module):
    r"""Takes one place of an axis, such as the last step of a sequence; the axis is gone then.

    .. math:: y_{\ldots,\,i,\,j,\,\ldots} = x_{\ldots,\,i,\,\mathrm{index},\,j,\,\ldots}

    Backward, with :math:`g = \partial L/\partial y`; what is left out has no influence, so its gradient is 0:

    .. math:: \frac{\partial L}{\partial x_{\ldots,\,i,\,\mathrm{index},\,j,\,\ldots}} = g_{\ldots,\,i,\,j,\,\ldots}

    PyTorch: ``torch.select(x, axis, index)``. Torch7: ``nn.Select``, which counts both from 1; here they are counted
    from 0, and axis 0 is the batch.

    Args:
        axis: the axis; a negative one counts from the end.
        index: the place; a negative one counts from the end.

    >>> import numpy as np
    >>> from minnet_tables import Select
    >>> Select(1, -1).forward(np.array([[[1, 2], [3, 4]]]))
    array([[3, 4]])
    """

    EXAMPLES = (
        Example(
            arguments={"axis": 1, "index": 2},
            input=[(2, 4), (3, 3, 2)],
            rejects=[(4, 2), (3,), lambda layer: layer.forward((np.ones((2, 4)),))],
            rejected_arguments=[{"axis": 0.5}, {"index": None}],
            reference=Reference("torch.select", {"dim": 1, "index": 2}),
        ),
    )

    def __init__(self, axis: SupportsIndex, index: SupportsIndex) -> None:
        super().__init__()
        self.axis, self.index = integer("Select", "axis", axis), integer("Select", "index", index)

    def updateOutput(self, input: Array) -> Array:
        output = np.array(input[self._place(input)])
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        place = self._place(input)
        expect_shape(self, gradOutput, input[place].shape, "gradOutput")
        gradInput = np.zeros(input.shape, floating_dtype(gradOutput))
        gradInput[place] = gradOutput
        self.gradInput = gradInput
        return gradInput

    def _place(self, input: Array) -> tuple[slice | int, ...]:
        axis = axis_of(self, self.axis, input)
        if not -input.shape[axis] <= self.index < input.shape[axis]:
            raise ShapeError(
                f"{self}: expected input with a place {self.index} on axis {axis}, received {describe(input)}"
            )
        return (*[slice(None)] * axis, self.index)

    def __repr__(self) -> str:
        return f"Select {self.axis}, {self.index}"
