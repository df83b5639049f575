"""`Replicate`: copies along a new axis."""

from __future__ import annotations

from typing import SupportsIndex

import numpy as np

from minnet_core import Array, Example, Module, expect_shape
from minnet_core.nn import accumulation_dtype, floating_dtype, integer

from ..arguments import place_of


class Replicate(Module):
    r"""Puts ``n`` copies of its input side by side, along a new axis.

    .. math:: y_{\ldots,\,i,\,k,\,j,\,\ldots} = x_{\ldots,\,i,\,j,\,\ldots}, \qquad 0 \le k < n

    Backward, with :math:`g = \partial L/\partial y`; each number reaches the output in :math:`n` places, and what comes
    back from them adds up:

    .. math:: \frac{\partial L}{\partial x_{\ldots,\,i,\,j,\,\ldots}} = \sum_k g_{\ldots,\,i,\,k,\,j,\,\ldots}

    PyTorch: ``x.unsqueeze(axis).repeat_interleave(n, axis)``. Torch7: ``nn.Replicate(n, dim, ndim)``, whose axes are
    counted from 1 and, with ``ndim``, behind the batch, and which shares the memory of its input.

    Args:
        n: how many copies.
        axis: which axis of the output is the new one, counted from 0, the batch; a negative one counts from the end.

    >>> import numpy as np
    >>> from minnet_tables import Replicate
    >>> Replicate(2).forward(np.array([[1, 2, 3]]))
    array([[[1, 2, 3],
            [1, 2, 3]]])
    """

    EXAMPLES = (
        Example(
            arguments={"n": 3},
            input=[(2, 4), (5,), (2, 1, 2)],
            rejects=[lambda layer: layer.forward(np.array(1.0)), lambda layer: layer.forward((np.ones(2),))],
            rejected_arguments=[{"n": 0}, {"n": 1.5}, {"axis": 0.5}],
        ),
    )

    def __init__(self, n: SupportsIndex, axis: SupportsIndex = 1) -> None:
        super().__init__()
        self.n, self.axis = integer("Replicate", "n", n, least=1), integer("Replicate", "axis", axis)

    def updateOutput(self, input: Array) -> Array:
        output = np.repeat(np.expand_dims(input, self._place(input)), self.n, self._place(input))
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        place = self._place(input)
        expect_shape(self, gradOutput, (*input.shape[:place], self.n, *input.shape[place:]), "gradOutput")
        sums = np.add.reduce(gradOutput, axis=place, dtype=accumulation_dtype(gradOutput))
        self.gradInput = np.asarray(sums, floating_dtype(gradOutput))
        return self.gradInput

    def _place(self, input: Array) -> int:
        return place_of(self, self.axis, input)

    def __repr__(self) -> str:
        return f"Replicate {self.n}, {self.axis}"
