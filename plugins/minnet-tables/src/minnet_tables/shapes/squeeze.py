"""`Squeeze`: without axes of length 1."""

from __future__ import annotations

from typing import SupportsIndex

import numpy as np

from minnet_core import Array, Example, Module, Reference, ShapeError, expect_shape
from minnet_core.nn import axis_of, describe, integer


class Squeeze(Module):
    r"""Leaves out an axis of length 1, or all of them behind the batch.

    .. math:: y_{\ldots,\,i,\,j,\,\ldots} = x_{\ldots,\,i,\,0,\,j,\,\ldots}

    Backward, each gradient returns to where its number was: ``gradOutput`` in the shape of the input.

    PyTorch: ``torch.squeeze(x, axis)``, which leaves a longer axis as it is; here that is an error. Without an axis the
    batch stays, also a batch of one sample, which PyTorch and Torch7 would leave out. Axes are counted from 0, the
    batch, and not from 1, as in Torch7's ``nn.Squeeze``.

    Args:
        axis: the axis; a negative one counts from the end. None for all of length 1 but axis 0.

    >>> import numpy as np
    >>> from minnet_tables import Squeeze
    >>> x = np.zeros((1, 1, 3, 1))
    >>> Squeeze(1).forward(x).shape, Squeeze(-1).forward(x).shape, Squeeze().forward(x).shape
    ((1, 3, 1), (1, 1, 3), (1, 3))
    """

    EXAMPLES = (
        Example(
            arguments={"axis": 1},
            input=[(3, 1, 4), (2, 1), (1, 1, 1)],
            rejects=[(3, 2), (3,), lambda layer: layer.forward((np.ones((2, 1)),))],
            rejected_arguments=[{"axis": 0.5}],
            reference=Reference("torch.squeeze", {"dim": 1}),
        ),
        Example(input=[(3, 1, 4, 1), (2, 3)], rejects=[lambda layer: layer.forward(np.array(1.0))]),
    )

    def __init__(self, axis: SupportsIndex | None = None) -> None:
        super().__init__()
        self.axis = None if axis is None else integer("Squeeze", "axis", axis)

    def updateOutput(self, input: Array) -> Array:
        output = np.array(input).reshape(self._shape_of(input))
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_shape(self, gradOutput, self._shape_of(input), "gradOutput")
        self.gradInput = np.array(gradOutput).reshape(input.shape)
        return self.gradInput

    def _shape_of(self, input: Array) -> tuple[int, ...]:
        if not isinstance(input, np.ndarray) or not input.ndim:
            raise ShapeError(f"{self}: expected input (batch, ...), received {describe(input)}")
        if self.axis is None:
            return (len(input), *(length for length in input.shape[1:] if length != 1))
        axis = axis_of(self, self.axis, input)
        if input.shape[axis] != 1:
            raise ShapeError(f"{self}: expected input whose axis {axis} has length 1, received {describe(input)}")
        return input.shape[:axis] + input.shape[axis + 1 :]

    def __repr__(self) -> str:
        return "Squeeze" if self.axis is None else f"Squeeze {self.axis}"
