"""`Min`: the smallest number along an axis."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Example, Module, Reference
from minnet_core.nn import as_floating, axis_of, integer

from .axes import put_along, with_axis, without_axis


class Min(Module):
    r"""Finds the smallest number along an axis, which is taken away; input of any shape; nan if there is one.

    .. math:: y = \min_i x_i

    Backward, with :math:`g = \partial L/\partial y`, which comes back to the number that was the smallest, the first of
    equal ones:

    .. math:: \frac{\partial L}{\partial x_i} = g\,\bigl(i = \textstyle\arg\min_j x_j\bigr)

    PyTorch: ``torch.min(x, axis, keepdims)``, which gives all to the first of equal numbers, too, where ``torch.amin``
    shares. Torch7: ``nn.Min``, whose dimensions begin at 1.

    Args:
        axis: the axis along which; a negative one counts from the last.
        keepdims: whether that axis stays, with length 1.

    >>> import numpy as np
    >>> from minnet_layers import Min
    >>> layer, x = Min(), np.array([[1.0, 4.0, 4.0], [3.0, 2.0, 2.0]])
    >>> layer.forward(x)
    array([1., 2.])
    >>> layer.backward(x, np.array([1.0, 1.0]))
    array([[1., 0., 0.],
           [0., 1., 0.]])
    """

    EXAMPLES = (
        Example(
            input=[(4, 3), (2, 5, 3)],
            traits={"kinks"},
            rejected_arguments=[{"axis": 0.5}],
            reference=Reference("torch.min", {"dim": -1}),
        ),
        Example(
            arguments={"axis": 1, "keepdims": True},
            input=[(4, 5, 3), (2, 3)],
            traits={"kinks"},
            rejects=[(4,)],
            reference=Reference("torch.min", {"dim": 1, "keepdim": True}),
        ),
    )

    def __init__(self, axis: int = -1, keepdims: bool = False) -> None:
        super().__init__()
        self.axis, self.keepdims = integer("Min", "axis", axis), bool(keepdims)

    def updateOutput(self, input: Array) -> Array:
        axis_of(self, self.axis, input)
        smallest: Array = np.minimum.reduce(as_floating(input), self.axis, keepdims=True)
        output = without_axis(smallest, self.axis, self.keepdims)
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        gradient = with_axis(self, gradOutput, input, self.axis, self.keepdims)
        smallest = np.minimum.reduce(input, self.axis, keepdims=True)
        self.gradInput = put_along(gradient, input, smallest, self.axis)
        return self.gradInput
