"""`PairwiseDistance`: the distance of two vectors."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Example, Module, Reference, expect_forward, expect_shape
from minnet_core.nn import as_floating, positive_float, whole_rows

from .norms import norms
from .pairs import expect_pair


class PairwiseDistance(Module):
    r"""Computes the distances of the vectors of two arrays; input ``((..., n), (..., n))``, output ``(...)``.

    .. math:: y = \Big(\sum_i |d_i|^p\Big)^{1/p}, \qquad d = a - b + \epsilon

    Backward, with :math:`g = \partial L/\partial y`; from :math:`y^p = \sum_i |d_i|^p`:

    .. math:: \frac{\partial L}{\partial a_i} = g \operatorname{sign}(d_i) \Big(\frac{|d_i|}{y}\Big)^{p-1}, \qquad
              \frac{\partial L}{\partial b_i} = -\frac{\partial L}{\partial a_i}

    For :math:`p = \infty` the distance is the largest :math:`|d_i|`, and the largest ones share the gradient. Where all
    :math:`d_i` are 0, so is the gradient.

    PyTorch: ``torch.nn.PairwiseDistance(p, eps)``, which also takes ``p`` below 1, where it is no distance. Torch7:
    ``nn.PairwiseDistance(p)``, without :math:`\epsilon`.

    Args:
        p: of the norm, 1 or more; ``math.inf`` for the largest difference.
        eps: added to each difference, so that equal vectors have no distance of 0, where 2-norms have no slope.

    >>> import numpy as np
    >>> from minnet_tables import PairwiseDistance
    >>> PairwiseDistance(eps=0.0).forward((np.array([[3.0, 4.0]]), np.array([[0.0, 0.0]])))
    array([5.])
    """

    EXAMPLES = (
        Example(
            input=[((3, 4), (3, 4)), ((2, 3, 2), (2, 3, 2))],
            rejects=[((3, 4), (3, 1)), (3, 4), ((4,), (4,)), ((3, 4), (3, 4), (3, 4))],
            rejected_arguments=[{"p": 0.5}, {"eps": -1.0}],
            reference=Reference("torch.nn.PairwiseDistance", {"eps": 1e-6}),
        ),
        Example(
            arguments={"p": 1.0},
            input=((3, 4), (3, 4)),
            traits="kinks",
            reference=Reference("torch.nn.PairwiseDistance", {"p": 1.0}),
        ),
    )

    def __init__(self, p: float = 2.0, eps: float = 1e-6) -> None:
        super().__init__()
        self.p, self.eps = float(p), positive_float("PairwiseDistance", "eps", eps, or_zero=True)
        if not self.p >= 1:
            raise ValueError(f"PairwiseDistance: expected p to be 1 or more, received {p!r}")

    def updateOutput(self, input: tuple[Array, Array]) -> Array:
        output: Array = norms(self._differences(input), self.p)[..., 0]
        self.output = output
        return output

    def updateGradInput(self, input: tuple[Array, Array], gradOutput: Array) -> tuple[Array, Array]:
        expect_forward(self)
        d = self._differences(input)
        expect_shape(self, gradOutput, d.shape[:-1], "gradOutput")
        y = self.output[..., np.newaxis]
        with whole_rows(d):
            slopes = self._slopes(d, y) * as_floating(gradOutput)[..., np.newaxis]
        gradInput = slopes, np.negative(slopes)
        self.gradInput = gradInput  # type: ignore[assignment]  # a table
        return gradInput

    def _slopes(self, d: Array, y: Array) -> Array:
        """The derivative of each distance by its differences."""
        lengths = np.where(y == 0, y.dtype.type(1), y)
        if self.p == 2:
            return d / lengths
        slopes = np.abs(d)
        if self.p == np.inf:
            slopes = (slopes == y).astype(d.dtype)
            slopes /= np.add.reduce(slopes, axis=-1, keepdims=True)
        else:
            slopes /= lengths
            slopes **= self.p - 1
        slopes *= np.sign(d)
        return slopes

    def _differences(self, input: tuple[Array, Array]) -> Array:
        a, b = expect_pair(self, input)
        d: Array = a - b
        d += d.dtype.type(self.eps)
        return d

    def __repr__(self) -> str:
        return f"PairwiseDistance {self.p:g}"
