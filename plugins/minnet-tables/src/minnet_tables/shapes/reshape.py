"""`Reshape`: each sample in another shape."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from minnet_core import Array, Example, Module, Reference, ShapeError, expect_shape
from minnet_core.nn import describe, integer


class Reshape(Module):
    r"""Gives each sample another shape; input ``(batch, ...)``, output ``(batch, *shape)``.

    The numbers stay in their order, the last axis changing fastest: with :math:`r` for reading them in this order,

    .. math:: r(y_n) = r(x_n)

    Backward, each gradient returns to where its number was: ``gradOutput`` in the shape of the input.

    PyTorch: ``x.reshape(len(x), *shape)``; here the batch is kept, and not among the lengths, as in
    ``torch.nn.Unflatten(1, shape)``, which takes no more than the features of a vector.
    Torch7: ``nn.Reshape(..., true)``, and ``nn.View(...):setNumInputDims(n)``, which shares the memory of its input; in
    this package both are this class.

    Args:
        shape: the lengths of the axes behind the batch, or a sequence of them; one may be -1, for what is left. Without
            any, ``(batch,)``.

    >>> import numpy as np
    >>> from minnet_tables import Reshape
    >>> Reshape(2, -1).forward(np.array([[1, 2, 3, 4, 5, 6]]))
    array([[[1, 2, 3],
            [4, 5, 6]]])
    """

    EXAMPLES = (
        Example(
            arguments={"shape": (3, 2)},
            input=[(4, 6), (1, 2, 3), (2, 3, 2)],
            rejects=[(4, 7), (3,), lambda layer: layer.forward((np.ones((1, 6)),))],
            rejected_arguments=[{"shape": (0, 6)}, {"shape": (-1, -1)}, {"shape": (2.5,)}],
            reference=Reference("torch.reshape", {"shape": (-1, 3, 2)}),
        ),
    )

    def __init__(self, *shape: int | Sequence[int]) -> None:
        super().__init__()
        lengths = shape[0] if len(shape) == 1 and isinstance(shape[0], Sequence) else shape
        self.shape = tuple(integer("Reshape", "shape", length) for length in lengths)  # type: ignore[arg-type]
        known = [length for length in self.shape if length != -1]
        if len(self.shape) - len(known) > 1 or min(known, default=1) < 1:
            raise ValueError(
                f"Reshape: expected shape to be positive lengths, of which one may be -1, received {self.shape}"
            )

    def updateOutput(self, input: Array) -> Array:
        output = np.array(input).reshape(self._shape_of(input))
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_shape(self, gradOutput, self._shape_of(input), "gradOutput")
        self.gradInput = np.array(gradOutput).reshape(input.shape)
        return self.gradInput

    def _shape_of(self, input: Array) -> tuple[int, ...]:
        if isinstance(input, np.ndarray) and input.ndim:
            size, known = math.prod(input.shape[1:]), math.prod(length for length in self.shape if length != -1)
            if size % known == 0 and (-1 in self.shape or size == known):
                return (len(input), *(size // known if length == -1 else length for length in self.shape))
        of = "a multiple of " if -1 in self.shape else ""
        raise ShapeError(
            f"{self}: expected input (batch, ...) with {of}{abs(math.prod(self.shape))} numbers in each sample, "
            f"received {describe(input)}"
        )

    def __repr__(self) -> str:
        return f"Reshape {self.shape}"
