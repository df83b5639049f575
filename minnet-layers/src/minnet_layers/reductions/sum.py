"""`Sum`: the sum along an axis."""

from __future__ import annotations

from minnet_core import Array, Example, Module, Reference
from minnet_core.nn import axis_of, floating_dtype, integer

from .axes import spread_along, sums_along, with_axis, without_axis


class Sum(Module):
    r"""Adds the numbers along an axis, which is taken away; input of any shape.

    .. math:: y = \sum_i x_i

    Backward, with :math:`g = \partial L/\partial y`, which comes back to each number of the sum:

    .. math:: \frac{\partial L}{\partial x_i} = g

    PyTorch: ``torch.sum(x, axis, keepdims)``. Torch7: ``nn.Sum``, whose dimensions begin at 1.

    Args:
        axis: the axis along which; a negative one counts from the last.
        keepdims: whether that axis stays, with length 1.

    >>> import numpy as np
    >>> from minnet_layers import Sum
    >>> Sum().forward(np.array([[1.0, 2.0], [3.0, 4.0]]))
    array([3., 7.])
    >>> Sum(0, keepdims=True).forward(np.array([[1.0, 2.0], [3.0, 4.0]]))
    array([[4., 6.]])
    """

    EXAMPLES = (
        Example(
            input=[(4, 3), (2, 5, 3)],
            rejected_arguments=[{"axis": 0.5}],
            reference=Reference("torch.sum", {"dim": -1}),
        ),
        Example(
            arguments={"axis": 1, "keepdims": True},
            input=[(4, 5, 3), (2, 3)],
            rejects=[(4,)],
            reference=Reference("torch.sum", {"dim": 1, "keepdim": True}),
        ),
    )

    def __init__(self, axis: int = -1, keepdims: bool = False) -> None:
        super().__init__()
        self.axis, self.keepdims = integer("Sum", "axis", axis), bool(keepdims)

    def updateOutput(self, input: Array) -> Array:
        axis_of(self, self.axis, input)
        sums = sums_along(input, self.axis).astype(floating_dtype(input), copy=False)
        output = without_axis(sums, self.axis, self.keepdims)
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        gradient = with_axis(self, gradOutput, input, self.axis, self.keepdims)
        self.gradInput = spread_along(gradient, input, self.axis)
        return self.gradInput
