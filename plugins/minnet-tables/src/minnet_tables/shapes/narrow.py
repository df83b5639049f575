"""`Narrow`: a stretch of an axis."""

from __future__ import annotations

from typing import SupportsIndex

import numpy as np

from minnet_core import Array, Example, Module, Reference, expect_shape
from minnet_core.nn import axis_of, floating_dtype, integer

from ..arguments import stretch


class Narrow(Module):
    r"""Takes a stretch of an axis, from ``start`` on.

    .. math:: y_{\ldots,\,i,\,\ldots} = x_{\ldots,\,\mathrm{start} + i,\,\ldots}, \qquad 0 \le i < \mathrm{length}

    Backward, with :math:`g = \partial L/\partial y`; what is left out has no influence, so its gradient is 0:

    .. math:: \frac{\partial L}{\partial x_{\ldots,\,\mathrm{start} + i,\,\ldots}} = g_{\ldots,\,i,\,\ldots}

    PyTorch: ``torch.narrow(x, axis, start, length)``, which takes no negative length. Torch7: ``nn.Narrow``, which
    counts axes and places from 1; here both are counted from 0, and axis 0 is the batch.

    Args:
        axis: the axis; a negative one counts from the end.
        start: the first place; a negative one counts from the end.
        length: how many places; -1 for all from there on, -2 for all but the last, and so on, as in Torch7.

    >>> import numpy as np
    >>> from minnet_tables import Narrow
    >>> Narrow(1, 1, 2).forward(np.array([[1, 2, 3, 4]]))
    array([[2, 3]])
    >>> Narrow(-1, -3, -1).forward(np.array([[1, 2, 3, 4]]))
    array([[2, 3, 4]])
    """

    EXAMPLES = (
        Example(
            arguments={"axis": 1, "start": 1, "length": 2},
            input=[(2, 5), (3, 4, 2)],
            rejects=[(4, 2), (3,), lambda layer: layer.forward((np.ones((2, 4)),))],
            rejected_arguments=[{"length": 0}, {"axis": 0.5}, {"start": 1.5}],
            reference=Reference("torch.narrow", {"dim": 1, "start": 1, "length": 2}),
        ),
    )

    def __init__(self, axis: SupportsIndex, start: SupportsIndex, length: SupportsIndex = 1) -> None:
        super().__init__()
        self.axis, self.start = integer("Narrow", "axis", axis), integer("Narrow", "start", start)
        self.length = integer("Narrow", "length", length)
        if not self.length:
            raise ValueError("Narrow: expected length to be positive, or -1 and less for up to the end, received 0")

    def updateOutput(self, input: Array) -> Array:
        output = input[self._places(input)].copy()
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        places = self._places(input)
        expect_shape(self, gradOutput, input[places].shape, "gradOutput")
        gradInput = np.zeros(input.shape, floating_dtype(gradOutput))
        gradInput[places] = gradOutput
        self.gradInput = gradInput
        return gradInput

    def _places(self, input: Array) -> tuple[slice, ...]:
        axis = axis_of(self, self.axis, input)
        return (*[slice(None)] * axis, stretch(self, self.start, self.length, input.shape[axis], input))

    def __repr__(self) -> str:
        return f"Narrow {self.axis}, {self.start}, {self.length}"
