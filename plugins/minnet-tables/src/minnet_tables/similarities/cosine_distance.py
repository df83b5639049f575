"""`CosineDistance`: the cosine of the angle between two vectors."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Example, Module, Reference, expect_shape
from minnet_core.nn import as_floating, axis_dot, positive_float, whole_rows

from .norms import norms
from .pairs import expect_pair


class CosineDistance(Module):
    r"""Computes the cosine of the angle between vectors; input ``((..., n), (..., n))``, output ``(...)``.

    Torch7's name, though it is 1 for vectors of one direction: a similarity, and no distance.

    .. math:: y = \hat a \cdot \hat b, \qquad \hat a = \frac{a}{\alpha}, \quad \alpha = \max(\|a\|, \epsilon), \quad
              \hat b = \frac{b}{\beta}, \quad \beta = \max(\|b\|, \epsilon)

    Backward, with :math:`g = \partial L/\partial y`; of :math:`\hat a` the length does not change, so what lies along
    :math:`\hat a` is taken away, unless :math:`\alpha` is the constant :math:`\epsilon`:

    .. math:: \frac{\partial L}{\partial a} = \frac{g}{\alpha} (\hat b - y \hat a)
              \quad\text{or}\quad \frac{g}{\epsilon} \hat b

    and the same with :math:`a` and :math:`b` exchanged.

    PyTorch: ``torch.nn.CosineSimilarity(dim=-1, eps=eps)``, whose gradient by a vector shorter than ``eps`` has the
    other part too, and is not the slope there. Torch7: ``nn.CosineDistance()``.

    Args:
        eps: the least length of a vector that is divided by.

    >>> import numpy as np
    >>> from minnet_tables import CosineDistance
    >>> CosineDistance().forward((np.array([[3.0, 4.0]]), np.array([[4.0, 3.0]])))
    array([0.96])
    """

    EXAMPLES = (
        Example(
            input=[((3, 4), (3, 4)), ((2, 3, 2), (2, 3, 2))],
            rejects=[((3, 4), (3, 1)), (3, 4), ((4,), (4,)), ((3, 4), (3, 4), (3, 4))],
            rejected_arguments=[{"eps": 0.0}],
            reference=Reference("torch.nn.CosineSimilarity", {"dim": -1, "eps": 1e-8}),
        ),
    )

    def __init__(self, eps: float = 1e-8) -> None:
        super().__init__()
        self.eps = positive_float("CosineDistance", "eps", eps)

    def updateOutput(self, input: tuple[Array, Array]) -> Array:
        (a, _), (b, _) = map(self._direction, expect_pair(self, input))
        output = axis_dot(a, b)[..., 0]
        self.output = output
        return output

    def updateGradInput(self, input: tuple[Array, Array], gradOutput: Array) -> tuple[Array, Array]:
        (a, alpha), (b, beta) = map(self._direction, expect_pair(self, input))
        expect_shape(self, gradOutput, a.shape[:-1], "gradOutput")
        g = as_floating(gradOutput)[..., np.newaxis]
        y = axis_dot(a, b)
        gradInput = self._back(g / alpha, a, b, y, alpha), self._back(g / beta, b, a, y, beta)
        self.gradInput = gradInput  # type: ignore[assignment]  # a table
        return gradInput

    def _direction(self, vectors: Array) -> tuple[Array, Array]:
        lengths = np.maximum(norms(vectors), vectors.dtype.type(self.eps))
        with whole_rows(vectors):
            return vectors / lengths, lengths

    def _back(self, g: Array, own: Array, other: Array, y: Array, lengths: Array) -> Array:
        share = y * (lengths > lengths.dtype.type(self.eps))
        with whole_rows(own):
            along = share * own
            gradient: Array = np.subtract(other, along, along)
            gradient *= g
        return gradient
