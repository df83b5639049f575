"""`HingeEmbeddingCriterion`: distances of pairs, to be small or at least a margin."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Criterion, Example, Reference
from minnet_core.nn import finite_float, floating_dtype, masked, positive_part

from ..arguments import mean_over
from ..batch import matched, mean_loss, row_sums, sample_losses, share
from ..targets import expect_signs


class HingeEmbeddingCriterion(Criterion):
    r"""Distances where the target is 1, and what they are short of a margin where it is -1; both ``(batch, ...)``.

    .. math:: L = \frac1N \sum_{sj} \begin{cases} x_{sj} & t_{sj} = 1 \\ \max(0,\, m - x_{sj}) & t_{sj} = -1
              \end{cases}

    Backward, with the slope of the line where the margin is just reached, as PyTorch:

    .. math:: \frac{\partial L}{\partial x_{sj}} = \frac1N \begin{cases} 1 & t_{sj} = 1 \\
              -1 & t_{sj} = -1,\ x_{sj} \le m \\ 0 & \text{else} \end{cases}

    PyTorch: ``torch.nn.HingeEmbeddingLoss(margin)`` with ``mean="elements"``; with ``mean="batch"`` its
    ``reduction="sum"``, divided by :math:`N`. A target of another shape is an error, and so are an empty batch and
    targets of other numbers, which PyTorch counts on both sides.

    Args:
        margin: :math:`m`, how far apart pairs of the target -1 are to be.
        mean: ``"batch"`` divides by the number of samples, ``"elements"`` by that of all elements.

    >>> import numpy as np
    >>> from minnet_criterions import HingeEmbeddingCriterion
    >>> HingeEmbeddingCriterion().forward(np.array([[0.5, 0.25, 3.0]]), np.array([[1, -1, -1]]))
    1.25
    """

    EXAMPLES = (
        Example(
            input=[(4, 3), (5,), (2, 3, 2)],
            target="signs",
            traits={"kinks"},
            rejects=[lambda criterion: criterion.forward(np.ones((3, 1)), np.ones(3))],
            rejected_arguments=[{"mean": "features"}, {"margin": float("nan")}],
            reference=Reference("torch.nn.HingeEmbeddingLoss", {"reduction": "sum"}),
        ),
        Example(
            arguments={"margin": 0.5, "mean": "elements"},
            input=(4, 3),
            target="signs",
            traits={"kinks"},
            reference=Reference("torch.nn.HingeEmbeddingLoss", {"margin": 0.5}),
        ),
    )

    def __init__(self, margin: float = 1.0, mean: str = "batch") -> None:
        super().__init__()
        self.margin = finite_float("HingeEmbeddingCriterion", "margin", margin)
        self.mean = mean_over("HingeEmbeddingCriterion", mean)

    def updateOutput(self, input: Array, target: Array) -> float:
        loss = mean_loss(self._sums(input, target), self.mean, input.shape)
        self.output = loss
        return loss

    def updateGradInput(self, input: Array, target: Array) -> Array:
        x, t = matched(self, input, target)
        counts = x <= self.margin
        counts |= t > 0
        gradient = t * x.dtype.type(share(self.mean, input.shape))
        gradient *= counts
        self.gradInput = gradient.astype(floating_dtype(input), copy=False)
        return self.gradInput

    def losses(self, input: Array, target: Array) -> Array:
        """Compute the loss of each sample, of which the loss is the mean."""
        return sample_losses(self._sums(input, target), self.mean, input.shape)

    def _sums(self, input: Array, target: Array) -> Array:
        """The sum over the features of each sample."""
        x, t = matched(self, input, target)
        expect_signs(self, target)
        losses = masked(positive_part(self.margin - x), t < 0)
        losses += masked(x, t > 0)
        return row_sums(losses)
