"""`Padding`: an axis made longer, at one end."""

from __future__ import annotations

from typing import SupportsIndex

import numpy as np

from minnet_core import Array, Example, Module, Reference, expect_shape
from minnet_core.nn import axis_of, floating_dtype, integer


class Padding(Module):
    r"""Makes an axis longer by places that hold ``value``: behind its end, or before its beginning.

    With :math:`b` places before the beginning, ``-pad`` if that is positive and 0 otherwise,

    .. math:: y_{\ldots,\,b + i,\,\ldots} = x_{\ldots,\,i,\,\ldots}, \qquad \text{and value elsewhere}

    Backward, with :math:`g = \partial L/\partial y`; what is padded does not depend on the input:

    .. math:: \frac{\partial L}{\partial x_{\ldots,\,i,\,\ldots}} = g_{\ldots,\,b + i,\,\ldots}

    PyTorch: ``torch.nn.functional.pad``. Torch7: ``nn.Padding(dim, pad, nInputDim, value)``, which counts axes from 1
    and behind the batch; here they are counted from 0, and axis 0 is the batch. Of integers the output is in
    floating numbers, as ``value`` may be one.

    Args:
        axis: the axis; a negative one counts from the end.
        pad: how many places; behind the end if positive, before the beginning if negative.
        value: what they hold.

    >>> import numpy as np
    >>> from minnet_tables import Padding
    >>> x = np.array([[1.0, 2.0]])
    >>> Padding(1, 2).forward(x), Padding(1, -1, 9.0).forward(x)
    (array([[1., 2., 0., 0.]]), array([[9., 1., 2.]]))
    """

    EXAMPLES = (
        Example(
            arguments={"axis": -1, "pad": -2, "value": 0.5},
            input=[(3, 4), (2, 3, 5)],
            rejects=[((3, 4), (3, 4))],
            rejected_arguments=[{"pad": 0.5}, {"axis": None}, {"pad": 0}, {"value": "0"}],
            reference=Reference("torch.nn.functional.pad", {"pad": (2, 0), "value": 0.5}),
        ),
    )

    def __init__(self, axis: SupportsIndex, pad: SupportsIndex, value: float = 0.0) -> None:
        super().__init__()
        self.axis, self.pad = integer("Padding", "axis", axis), integer("Padding", "pad", pad)
        if not self.pad:
            raise ValueError("Padding: expected pad to be a number of places, negative for those before, received 0")
        if not isinstance(value, int | float | np.integer | np.floating):
            raise TypeError(f"Padding: expected value to be a number, received {value!r}")
        self.value = float(value)

    def updateOutput(self, input: Array) -> Array:
        shape, inside = self._places(input)
        output = np.full(shape, self.value, floating_dtype(input))
        output[inside] = input
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        shape, inside = self._places(input)
        expect_shape(self, gradOutput, shape, "gradOutput")
        self.gradInput = gradOutput[inside].copy()
        return self.gradInput

    def _places(self, input: Array) -> tuple[tuple[int, ...], tuple[slice, ...]]:
        """The shape of the output, and where the input is in it."""
        axis = axis_of(self, self.axis, input)
        before, length = max(-self.pad, 0), input.shape[axis]
        shape = (*input.shape[:axis], length + abs(self.pad), *input.shape[axis + 1 :])
        return shape, (*[slice(None)] * axis, slice(before, before + length))

    def __repr__(self) -> str:
        return f"Padding {self.axis}, {self.pad}, {self.value:g}"
