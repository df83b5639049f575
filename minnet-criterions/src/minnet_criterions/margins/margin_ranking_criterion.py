"""`MarginRankingCriterion`: which of two scores is to be the larger."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Criterion, Example, Reference, expect_shape
from minnet_core.nn import Tensor, finite_float, floating_dtype, positive_part

from ..arguments import mean_over
from ..batch import matched_parts, mean_loss, row_sums, sample_losses, share
from ..targets import expect_signs


class MarginRankingCriterion(Criterion):
    r"""How far the larger of two scores is from leading by a margin; input ``(u, v)``, both of the target's shape.

    The target is 1 where :math:`u` is to be the larger, -1 where :math:`v` is:

    .. math:: L = \frac1N \sum_{sj} \max\bigl(0,\, m - t_{sj}(u_{sj} - v_{sj})\bigr)

    Backward, with the slope of the line where the margin is just reached, as PyTorch:

    .. math:: \frac{\partial L}{\partial u_{sj}} = -\frac{\partial L}{\partial v_{sj}} = \begin{cases} -t_{sj}/N &
              t_{sj}(u_{sj} - v_{sj}) \le m \\ 0 & \text{else} \end{cases}

    PyTorch: ``torch.nn.MarginRankingLoss(margin)`` with ``mean="elements"``; with ``mean="batch"`` its
    ``reduction="sum"``, divided by :math:`N`. A target of another shape is an error, and so are an empty batch and
    targets of other numbers.

    Args:
        margin: :math:`m`, by how much the larger score is to lead.
        mean: ``"batch"`` divides by the number of samples, ``"elements"`` by that of all elements.

    >>> import numpy as np
    >>> from minnet_criterions import MarginRankingCriterion
    >>> MarginRankingCriterion(margin=1.0).forward((np.array([2.0, 2.0]), np.array([0.0, 0.0])), np.array([1, -1]))
    1.5
    """

    gradInput: Tensor

    EXAMPLES = (
        Example(
            input=[((4, 3), (4, 3)), ((5,), (5,))],
            target="signs",
            traits={"kinks"},
            rejects=[lambda criterion: criterion.forward((np.ones((3, 1)), np.ones(3)), np.ones((3, 1)))],
            rejected_arguments=[{"mean": "features"}, {"margin": float("nan")}],
            reference=Reference("torch.nn.MarginRankingLoss", {"reduction": "sum"}),
        ),
        Example(
            arguments={"margin": 0.5, "mean": "elements"},
            input=((4, 3), (4, 3)),
            target="signs",
            traits={"kinks"},
            reference=Reference("torch.nn.MarginRankingLoss", {"margin": 0.5}),
        ),
    )

    def __init__(self, margin: float = 0.0, mean: str = "batch") -> None:
        super().__init__()
        self.margin = finite_float("MarginRankingCriterion", "margin", margin)
        self.mean = mean_over("MarginRankingCriterion", mean)

    def updateOutput(self, input: Tensor, target: Array) -> float:
        loss = mean_loss(self._sums(input, target), self.mean, target.shape)
        self.output = loss
        return loss

    def updateGradInput(self, input: Tensor, target: Array) -> Tensor:
        short = self._short(input, target)
        gradient = target.astype(short.dtype)
        gradient *= -share(self.mean, target.shape)
        gradient *= short >= 0
        self.gradInput = (
            gradient.astype(floating_dtype(input[0]), copy=False),
            np.negative(gradient, dtype=floating_dtype(input[1])),
        )
        return self.gradInput

    def losses(self, input: Tensor, target: Array) -> Array:
        """Compute the loss of each sample, of which the loss is the mean."""
        return sample_losses(self._sums(input, target), self.mean, target.shape)

    def _sums(self, input: Tensor, target: Array) -> Array:
        """The sum over the features of each sample."""
        short = self._short(input, target)
        expect_signs(self, target)
        return row_sums(positive_part(short))

    def _short(self, input: Tensor, target: Array) -> Array:
        """What each lead is short of the margin."""
        u, v = matched_parts(self, input, 2)
        expect_shape(self, target, u.shape, "target")
        short: Array = u - v
        short *= target
        np.subtract(self.margin, short, short)
        return short
