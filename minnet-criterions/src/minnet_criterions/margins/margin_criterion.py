"""`MarginCriterion`: the hinge loss of scores of two classes."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Criterion, Example
from minnet_core.nn import finite_float, floating_dtype, positive_part, where_positive

from ..arguments import mean_over
from ..batch import matched, mean_loss, row_sums, sample_losses, share
from ..targets import expect_signs


class MarginCriterion(Criterion):
    r"""Hinge loss: how far scores are from a margin on the side of their targets; both of one shape ``(batch, ...)``.

    Targets are -1 and 1, of any signed dtype:

    .. math:: L = \frac1N \sum_{sj} \max(0,\, m - t_{sj}\,x_{sj})

    Backward, with the slope 0 where the margin is just reached:

    .. math:: \frac{\partial L}{\partial x_{sj}} = \begin{cases} -t_{sj}/N & t_{sj}\,x_{sj} < m \\ 0 & \text{else}
              \end{cases}

    Torch7 has it under this name, and divides by all elements, as ``mean="elements"`` does; PyTorch has none. A target
    of another shape is an error, and so are an empty batch and targets of other numbers.

    Paper: Cortes and Vapnik, 1995, "Support-Vector Networks".

    Args:
        margin: :math:`m`.
        mean: ``"batch"`` divides by the number of samples, ``"elements"`` by that of all elements.

    >>> import numpy as np
    >>> from minnet_criterions import MarginCriterion
    >>> MarginCriterion().forward(np.array([[0.5, 3.0, 0.5]]), np.array([[1, 1, -1]]))
    2.0
    """

    EXAMPLES = (
        Example(
            input=[(4, 3), (5,), (2, 3, 2)],
            target="signs",
            traits={"kinks"},
            rejects=[lambda criterion: criterion.forward(np.ones((3, 1)), np.ones(3))],
            rejected_arguments=[{"mean": "features"}, {"margin": float("nan")}],
        ),
        Example(arguments={"margin": 0.5, "mean": "elements"}, input=(4, 3), target="signs", traits={"kinks"}),
    )

    def __init__(self, margin: float = 1.0, mean: str = "batch") -> None:
        super().__init__()
        self.margin = finite_float("MarginCriterion", "margin", margin)
        self.mean = mean_over("MarginCriterion", mean)

    def updateOutput(self, input: Array, target: Array) -> float:
        loss = mean_loss(self._sums(input, target), self.mean, input.shape)
        self.output = loss
        return loss

    def updateGradInput(self, input: Array, target: Array) -> Array:
        x, t = matched(self, input, target)
        gradient = where_positive(self._short(x, t), t)
        gradient *= -share(self.mean, input.shape)
        self.gradInput = gradient.astype(floating_dtype(input), copy=False)
        return self.gradInput

    def losses(self, input: Array, target: Array) -> Array:
        """Compute the loss of each sample, of which the loss is the mean."""
        return sample_losses(self._sums(input, target), self.mean, input.shape)

    def _sums(self, input: Array, target: Array) -> Array:
        """The sum over the features of each sample."""
        x, t = matched(self, input, target)
        expect_signs(self, target)
        return row_sums(positive_part(self._short(x, t)))

    def _short(self, x: Array, t: Array) -> Array:
        """What each score is short of the margin."""
        short: Array = t * x
        np.subtract(self.margin, short, short)
        return short
