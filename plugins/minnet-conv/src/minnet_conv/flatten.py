"""`Flatten`: several axes as one."""

from __future__ import annotations

import math
import operator

import numpy as np

from minnet_core import Array, Example, Module, Reference, ShapeError, expect_shape


class Flatten(Module):
    r"""Makes one axis of those from ``start_dim`` to ``end_dim``; what is in the array stays in its order.

    Of two axes, the second of length :math:`n`,

    .. math:: y_{\ldots,\,i n + j,\,\ldots} = x_{\ldots,\,i,\,j,\,\ldots}

    Backward, each gradient returns to where its number was: ``gradOutput`` in the shape of the input.

    PyTorch: ``torch.nn.Flatten(start_dim, end_dim)``, whose ``start_dim`` is 1 unless it is given.
    Here it is 0, as in the homework (and ``torch.flatten``), and ``Flatten(1)`` keeps the batch.

    Args:
        start_dim, end_dim: first and last of the axes; negative ones count from the end.

    >>> import numpy as np
    >>> from minnet_conv import Flatten
    >>> x = np.array([[[1, 2], [3, 4]], [[5, 6], [7, 8]]])
    >>> Flatten(1).forward(x)
    array([[1, 2, 3, 4],
           [5, 6, 7, 8]])
    >>> Flatten().forward(x)
    array([1, 2, 3, 4, 5, 6, 7, 8])
    """

    EXAMPLES = (
        Example(input=[(2, 3, 4), (5,)], reference=Reference("torch.nn.Flatten", {"start_dim": 0})),
        Example(
            arguments={"start_dim": 1},
            input=[(2, 3, 2, 2), (1, 4)],
            rejects=[(3,)],
            rejected_arguments=[{"start_dim": 2, "end_dim": 1}, {"end_dim": -2, "start_dim": -1}, {"start_dim": 1.5}],
            reference=Reference("torch.nn.Flatten"),
        ),
        Example(
            arguments={"start_dim": 1, "end_dim": -2},
            input=(2, 3, 2, 4),
            reference=Reference("torch.nn.Flatten", {"start_dim": 1, "end_dim": -2}),
        ),
    )

    def __init__(self, start_dim: int = 0, end_dim: int = -1) -> None:
        super().__init__()
        self.start_dim, self.end_dim = operator.index(start_dim), operator.index(end_dim)
        if self.start_dim > self.end_dim and (self.start_dim < 0) == (self.end_dim < 0):
            raise ValueError(f"Flatten: expected end_dim not to come before start_dim, received {start_dim}, {end_dim}")

    def updateOutput(self, input: Array) -> Array:
        # Both copies keep the order of the axes in memory: where the batch is innermost, it stays so.
        output = np.array(input).reshape(self._flat(input.shape))
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_shape(self, gradOutput, self._flat(input.shape), "gradOutput")
        gradInput = np.empty_like(input, gradOutput.dtype)
        gradInput[...] = gradOutput.reshape(input.shape)
        self.gradInput = gradInput
        return self.gradInput

    def _flat(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        axes = len(shape)
        start, end = (dim + axes if dim < 0 else dim for dim in (self.start_dim, self.end_dim))
        if not 0 <= start <= end < axes:
            raise ShapeError(
                f"{self}: expected input with axes {self.start_dim} to {self.end_dim}, in this order, received {shape}"
            )
        return (*shape[:start], math.prod(shape[start : end + 1]), *shape[end + 1 :])

    def __repr__(self) -> str:
        return f"Flatten {self.start_dim} to {self.end_dim}"
