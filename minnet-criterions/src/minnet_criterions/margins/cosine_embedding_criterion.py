"""`CosineEmbeddingCriterion`: pairs of vectors that are to point the same way, or not to."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Criterion, Example, Reference, expect_shape
from minnet_core.nn import Tensor, axis_dot, finite_float, floating_dtype, positive_part, whole_rows

from ..batch import matched_parts, mean_loss
from ..targets import expect_signs
from .scaled_rows import scaled_rows

EPS = float(np.float32(1e-12))
"""What is added to the squared lengths: PyTorch's choice, in the precision that it has there."""


class CosineEmbeddingCriterion(Criterion):
    r"""1 less the cosine of pairs of the target 1, what it is above a margin of those of -1; input ``(u, v)``.

    Both are ``(batch, n)``, the target is ``(batch,)`` of -1 and 1. With the squared lengths
    :math:`U_s = |u_s|^2 + 10^{-12}` and :math:`V_s` likewise:

    .. math:: L = \frac1N \sum_s \begin{cases} 1 - \cos_s & t_s = 1 \\ \max(0,\, \cos_s - m) & t_s = -1 \end{cases},
              \qquad \cos_s = \frac{u_s \cdot v_s}{\sqrt{U_s V_s}}

    Backward, by the quotient rule, as :math:`\partial\sqrt{U} / \partial u = u / \sqrt{U}`, and likewise for :math:`v`;
    the factor is -1 at :math:`t_s = 1`, 1 at :math:`t_s = -1` where the cosine is not below the margin, and else 0:

    .. math:: \frac{\partial \cos_s}{\partial u_s} = \frac{v_s}{\sqrt{U_s V_s}} - \cos_s \frac{u_s}{U_s}

    PyTorch: ``torch.nn.CosineEmbeddingLoss(margin)``, in which the squares of large numbers overflow, and targets of
    other numbers are left out. They are an error here, and so are a target of another shape and an empty batch.

    Args:
        margin: :math:`m`, from -1 to 1: what the cosine of pairs of the target -1 may be.

    >>> import numpy as np
    >>> from minnet_criterions import CosineEmbeddingCriterion
    >>> u, v = np.array([[1.0, 0.0], [3.0, 4.0]]), np.array([[0.0, 1.0], [6.0, 8.0]])
    >>> round(CosineEmbeddingCriterion(margin=0.5).forward((u, v), np.array([1, -1])), 9)
    0.75
    """

    gradInput: Tensor

    EXAMPLES = (
        Example(
            input=((4, 3), (4, 3)),
            target="4:signs",
            traits={"kinks"},
            rejects=[((4, 3), (4, 2)), ((4,), (4,))],
            rejected_arguments=[{"margin": float("nan")}],
            reference=Reference("torch.nn.CosineEmbeddingLoss"),
        ),
        Example(
            arguments={"margin": -0.5},
            input=((4, 3), (4, 3)),
            target="4:signs",
            traits={"kinks"},
            reference=Reference("torch.nn.CosineEmbeddingLoss", {"margin": -0.5}),
        ),
    )

    def __init__(self, margin: float = 0.0) -> None:
        super().__init__()
        self.margin = finite_float("CosineEmbeddingCriterion", "margin", margin)

    def updateOutput(self, input: Tensor, target: Array) -> float:
        loss = mean_loss(self.losses(input, target), "batch", target.shape)
        self.output = loss
        return loss

    def updateGradInput(self, input: Tensor, target: Array) -> Tensor:
        (u, u_size, u_square), (v, v_size, v_square), cosine = self._read(input, target)
        slopes = np.where(target > 0, -1, cosine >= self.margin).astype(u.dtype)[:, np.newaxis] / len(u)
        across, along = slopes / np.sqrt(u_square * v_square), slopes * cosine[:, np.newaxis]
        with whole_rows(u):
            of_u = v * (across / u_size)
            of_u -= u * (along / (u_square * u_size))
            of_v = u * (across / v_size)
            of_v -= v * (along / (v_square * v_size))
        self.gradInput = tuple(
            gradient.astype(floating_dtype(part), copy=False)
            for gradient, part in zip((of_u, of_v), input, strict=True)
        )
        return self.gradInput

    def losses(self, input: Tensor, target: Array) -> Array:
        """Compute the loss of each sample, of which the loss is the mean."""
        _, _, cosine = self._read(input, target)
        expect_signs(self, target)
        losses: Array = np.where(target > 0, 1 - cosine, positive_part(cosine - cosine.dtype.type(self.margin)))
        return losses

    def _read(self, input: Tensor, target: Array) -> tuple[tuple[Array, ...], tuple[Array, ...], Array]:
        """Both vectors with their sizes and squared lengths, and their cosines."""
        u, v = matched_parts(self, input, 2)
        expect_shape(self, u, ("batch", "n"))
        expect_shape(self, target, (len(u),), "target")
        first, second = _scaled(u), _scaled(v)
        cosine = axis_dot(first[0], second[0]) / np.sqrt(first[2] * second[2])
        return first, second, cosine[:, 0]


def _scaled(x: Array) -> tuple[Array, Array, Array]:
    """Vectors as multiples of sizes, these, and the squared lengths of the multiples."""
    scaled, sizes = scaled_rows(x)
    return scaled, sizes, axis_dot(scaled, scaled) + EPS / sizes / sizes
