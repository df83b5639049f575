"""`Transpose`: the axes in another order."""

from __future__ import annotations

import operator
from collections.abc import Sequence

import numpy as np

from minnet_core import Array, Example, Module, Reference, ShapeError, expect_shape
from minnet_core.nn import axis_of, describe


class Transpose(Module):
    r"""Puts the axes of an array into another order.

    Of two axes that are swapped,

    .. math:: y_{\ldots,\,j,\,\ldots,\,i,\,\ldots} = x_{\ldots,\,i,\,\ldots,\,j,\,\ldots}

    Backward, the gradient of each number is where the number went: the axes of ``gradOutput`` in the order of the
    input.

    PyTorch: ``x.transpose(a, b)`` for two numbers, ``x.permute(*axes)`` for more. Torch7:
    ``nn.Transpose({a, b}, ...)`` for pairs. Axes are counted from 0, the batch, as PyTorch does, and not from 1, as
    Torch7 does.

    Args:
        axes: two axes, which are swapped; pairs of axes, which are swapped one pair after another; or three axes and
            more, a permutation of all. Negative ones count from the end.

    >>> import numpy as np
    >>> from minnet_tables import Transpose
    >>> x = np.zeros((2, 3, 4))
    >>> Transpose(1, 2).forward(x).shape, Transpose((0, 1), (1, 2)).forward(x).shape
    ((2, 4, 3), (3, 4, 2))
    >>> Transpose(0, 2, 1).forward(x).shape
    (2, 4, 3)
    """

    EXAMPLES = (
        Example(
            arguments={"axes": (1, 2)},
            input=[(2, 3, 4), (1, 3, 5, 2)],
            rejects=[(3, 4), lambda layer: layer.forward((np.ones((2, 3, 4)),))],
            rejected_arguments=[{"axes": (1,)}, {"axes": (1, 2.5)}, {"axes": ((1, 2), 3)}, {"axes": (0, 1, 1)}],
            reference=Reference("torch.transpose", {"dim0": 1, "dim1": 2}),
        ),
        Example(
            arguments={"axes": (0, 3, 1, -2)},
            input=(2, 3, 4, 5),
            rejects=[(2, 3, 4)],
            reference=Reference("torch.permute", {"dims": (0, 3, 1, 2)}),
        ),
    )

    def __init__(self, *axes: int | Sequence[int]) -> None:
        super().__init__()
        self.pairs: list[tuple[int, int]] = []
        self.permutation: list[int] = []
        try:
            if all(isinstance(each, Sequence) for each in axes):
                self.pairs = [(operator.index(one), operator.index(other)) for one, other in axes]  # type: ignore[misc]
            else:
                self.permutation = [operator.index(axis) for axis in axes]  # type: ignore[arg-type]
        except (TypeError, ValueError):
            self.permutation = []
        if len(self.permutation) == 2:
            self.pairs, self.permutation = [(self.permutation[0], self.permutation[1])], []
        if not self.pairs and len({*self.permutation}) < max(3, len(self.permutation)):
            raise ValueError(
                f"Transpose: expected two axes, pairs of axes, or a permutation of all axes, received {axes!r}"
            )

    def updateOutput(self, input: Array) -> Array:
        output = np.transpose(input, self._order(input)).copy()
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        order = self._order(input)
        expect_shape(self, gradOutput, tuple(input.shape[axis] for axis in order), "gradOutput")
        self.gradInput = gradOutput.transpose(np.argsort(order)).copy()
        return self.gradInput

    def _order(self, input: Array) -> list[int]:
        """The axes of the input in the order in which the output has them."""
        if self.permutation:
            order = [axis_of(self, axis, input) for axis in self.permutation]
            if sorted(order) != list(range(input.ndim)):
                raise ShapeError(f"{self}: expected input with {len(order)} axes, received {describe(input)}")
            return order
        order = list(range(getattr(input, "ndim", 0)))
        for pair in self.pairs:
            one, other = (axis_of(self, axis, input) for axis in pair)
            order[one], order[other] = order[other], order[one]
        return order

    def __repr__(self) -> str:
        return f"Transpose {', '.join(map(str, self.pairs or self.permutation))}"
