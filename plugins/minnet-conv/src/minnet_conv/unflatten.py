"""`Unflatten`: one axis as several."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence

import numpy as np

from minnet_core import Array, Example, Module, Reference, ShapeError, expect_shape


class Unflatten(Module):
    r"""Makes several axes of one; what is in the array stays in its order.

    Of two axes, the second of length :math:`n`,

    .. math:: y_{\ldots,\,i,\,j,\,\ldots} = x_{\ldots,\,i n + j,\,\ldots}

    Backward, each gradient returns to where its number was: ``gradOutput`` in the shape of the input.

    PyTorch: ``torch.nn.Unflatten(dim, unflattened_size)``.

    Args:
        dim: the axis; a negative one counts from the end.
        unflattened_size: lengths of the axes that become of it; one may be -1, for what is left.

    >>> import numpy as np
    >>> from minnet_conv import Unflatten
    >>> Unflatten(1, (2, -1)).forward(np.array([[1, 2, 3, 4, 5, 6]]))
    array([[[1, 2, 3],
            [4, 5, 6]]])
    """

    EXAMPLES = (
        Example(
            arguments={"dim": 1, "unflattened_size": (2, 3)},
            input=[(2, 6), (1, 6, 4)],
            rejects=[(2, 5), (6,)],
            rejected_arguments=[
                {"dim": 0.5},
                {"unflattened_size": ()},
                {"unflattened_size": (0, 6)},
                {"unflattened_size": (-1, -1)},
                {"unflattened_size": 6},
            ],
            reference=Reference("torch.nn.Unflatten", {"dim": 1, "unflattened_size": (2, 3)}),
        ),
        Example(
            arguments={"dim": -1, "unflattened_size": (-1, 2, 1)},
            input=[(3, 4), (2, 2, 6)],
            rejects=[(2, 3)],
            reference=Reference("torch.nn.Unflatten", {"dim": -1, "unflattened_size": (-1, 2, 1)}),
        ),
    )

    def __init__(self, dim: int, unflattened_size: Sequence[int]) -> None:
        super().__init__()
        self.dim = operator.index(dim)
        self.unflattened_size = tuple(map(operator.index, unflattened_size))
        lengths = [length for length in self.unflattened_size if length != -1]
        if not self.unflattened_size or len(self.unflattened_size) - len(lengths) > 1 or min(lengths, default=1) < 1:
            raise ValueError(
                "Unflatten: expected unflattened_size to be positive lengths, of which one may be -1, "
                f"received {unflattened_size!r}"
            )

    def updateOutput(self, input: Array) -> Array:
        # Both copies keep the order of the axes in memory: where the batch is innermost, it stays so.
        output = np.array(input).reshape(self._unflattened(input.shape))
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_shape(self, gradOutput, self._unflattened(input.shape), "gradOutput")
        gradInput = np.empty_like(input, gradOutput.dtype)
        gradInput[...] = gradOutput.reshape(input.shape)
        self.gradInput = gradInput
        return self.gradInput

    def _unflattened(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        dim = self.dim + len(shape) if self.dim < 0 else self.dim
        length = shape[dim] if 0 <= dim < len(shape) else -1
        known = math.prod(length for length in self.unflattened_size if length != -1)
        if length < 0 or length % known or (-1 not in self.unflattened_size and length != known):
            what = f"a multiple of {known}" if -1 in self.unflattened_size else f"length {known}"
            raise ShapeError(f"{self}: expected input whose axis {self.dim} has {what}, received {shape}")
        sizes = (length // known if size == -1 else size for size in self.unflattened_size)
        return (*shape[:dim], *sizes, *shape[dim + 1 :])

    def __repr__(self) -> str:
        return f"Unflatten {self.dim} to {self.unflattened_size}"
