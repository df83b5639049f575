"""`Mean`: the mean along an axis."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Example, Module, Reference
from minnet_core.nn import as_floating, axis_of, floating_dtype, integer

from .axes import spread_along, sums_along, with_axis, without_axis


class Mean(Module):
    r"""Averages the numbers along an axis, which is taken away; input of any shape.

    .. math:: y = \frac 1n \sum_{i=1}^n x_i

    A sum that is out of range, of numbers that are not, is taken of their shares instead.

    Backward, with :math:`g = \partial L/\partial y`, of which a share comes back to each number:

    .. math:: \frac{\partial L}{\partial x_i} = \frac gn

    PyTorch: ``torch.mean(x, axis, keepdims)``. Torch7: ``nn.Mean``, whose dimensions begin at 1.

    Args:
        axis: the axis along which; a negative one counts from the last.
        keepdims: whether that axis stays, with length 1.

    >>> import numpy as np
    >>> from minnet_layers import Mean
    >>> Mean().forward(np.array([[1.0, 2.0], [3.0, 4.0]]))
    array([1.5, 3.5])
    """

    EXAMPLES = (
        Example(
            input=[(4, 3), (2, 5, 3)],
            rejected_arguments=[{"axis": 0.5}],
            reference=Reference("torch.mean", {"dim": -1}),
        ),
        Example(
            arguments={"axis": 1, "keepdims": True},
            input=[(4, 5, 3), (2, 3)],
            rejects=[(4,)],
            reference=Reference("torch.mean", {"dim": 1, "keepdim": True}),
        ),
    )

    def __init__(self, axis: int = -1, keepdims: bool = False) -> None:
        super().__init__()
        self.axis, self.keepdims = integer("Mean", "axis", axis), bool(keepdims)

    def updateOutput(self, input: Array) -> Array:
        axis_of(self, self.axis, input)
        n = input.shape[self.axis]
        with np.errstate(over="ignore", invalid="ignore"):
            means = sums_along(input, self.axis) / n
            if not np.isfinite(means).all():
                means = sums_along(as_floating(input) / n, self.axis)
        means = means.astype(floating_dtype(input), copy=False)
        output = without_axis(means, self.axis, self.keepdims)
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        gradient = with_axis(self, gradOutput, input, self.axis, self.keepdims)
        self.gradInput = spread_along(gradient / input.shape[self.axis], input, self.axis)
        return self.gradInput
