"""`Unsqueeze`: with one more axis, of length 1."""

from __future__ import annotations

from typing import SupportsIndex

import numpy as np

from minnet_core import Array, Example, Module, Reference, expect_shape
from minnet_core.nn import integer

from ..arguments import place_of


class Unsqueeze(Module):
    r"""Puts an axis of length 1 among those of its input.

    .. math:: y_{\ldots,\,i,\,0,\,j,\,\ldots} = x_{\ldots,\,i,\,j,\,\ldots}

    Backward, each gradient returns to where its number was: ``gradOutput`` in the shape of the input.

    PyTorch: ``torch.unsqueeze(x, axis)``. Torch7: ``nn.Unsqueeze``, whose axes are counted from 1 and behind the batch.

    Args:
        axis: which axis of the output it is, counted from 0, the batch; a negative one counts from the end.

    >>> import numpy as np
    >>> from minnet_tables import Unsqueeze
    >>> x = np.zeros((2, 3))
    >>> Unsqueeze(1).forward(x).shape, Unsqueeze(-1).forward(x).shape
    ((2, 1, 3), (2, 3, 1))
    """

    EXAMPLES = (
        Example(
            arguments={"axis": 1},
            input=[(3, 4), (2,), (2, 3, 2)],
            rejects=[lambda layer: layer.forward(np.array(1.0)), lambda layer: layer.forward((np.ones(2),))],
            rejected_arguments=[{"axis": 1.5}],
            reference=Reference("torch.unsqueeze", {"dim": 1}),
        ),
    )

    def __init__(self, axis: SupportsIndex) -> None:
        super().__init__()
        self.axis = integer("Unsqueeze", "axis", axis)

    def updateOutput(self, input: Array) -> Array:
        output = np.array(input).reshape(self._shape_of(input))
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_shape(self, gradOutput, self._shape_of(input), "gradOutput")
        self.gradInput = np.array(gradOutput).reshape(input.shape)
        return self.gradInput

    def _shape_of(self, input: Array) -> tuple[int, ...]:
        place = place_of(self, self.axis, input)
        return (*input.shape[:place], 1, *input.shape[place:])

    def __repr__(self) -> str:
        return f"Unsqueeze {self.axis}"
