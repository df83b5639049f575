"""`SoftMarginCriterion`: the logistic loss of scores of two classes."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Criterion, Example, Reference
from minnet_core.nn import exp_minus_abs, floating_dtype, negative_part, sigmoid

from ..arguments import mean_over
from ..batch import matched, mean_loss, row_sums, sample_losses, share
from ..targets import expect_signs


class SoftMarginCriterion(Criterion):
    r"""Logistic loss of scores with targets of -1 and 1; input and target of one shape ``(batch, ...)``.

    With the score on the side of its target, :math:`s = t\,x`:

    .. math:: L = \frac1N \sum \log(1 + e^{-s}) = \frac1N \sum \bigl(\log(1 + e^{-|s|}) - \min(s, 0)\bigr)

    The second form overflows nowhere.

    Backward, by :math:`(\log(1 + e^{-s}))' = -\sigma(-s)`:

    .. math:: \frac{\partial L}{\partial x_{sj}} = -\frac{t_{sj}}N\, \sigma(-t_{sj}\,x_{sj})

    It is `BCEWithLogitsCriterion` with -1 in the place of 0.

    PyTorch: ``torch.nn.SoftMarginLoss()`` with ``mean="elements"``; with ``mean="batch"`` its ``reduction="sum"``,
    divided by :math:`N`. There a score below -709 has an infinite loss. A target of another shape is an error, and so
    are an empty batch and targets of other numbers.

    Args:
        mean: ``"batch"`` divides by the number of samples, ``"elements"`` by that of all elements.

    >>> import numpy as np
    >>> from minnet_criterions import SoftMarginCriterion
    >>> round(SoftMarginCriterion().forward(np.array([[0.0, 1000.0, 1000.0]]), np.array([[1, 1, -1]])), 3)
    1000.693
    """

    EXAMPLES = (
        Example(
            input=[(4, 3), (5,), (2, 3, 2)],
            target="signs",
            rejects=[lambda criterion: criterion.forward(np.ones((3, 1)), np.ones(3))],
            rejected_arguments=[{"mean": "features"}],
            reference=Reference("torch.nn.SoftMarginLoss", {"reduction": "sum"}),
        ),
        Example(
            arguments={"mean": "elements"},
            input=(4, 3),
            target="signs",
            reference=Reference("torch.nn.SoftMarginLoss"),
        ),
    )

    def __init__(self, mean: str = "batch") -> None:
        super().__init__()
        self.mean = mean_over("SoftMarginCriterion", mean)

    def updateOutput(self, input: Array, target: Array) -> float:
        loss = mean_loss(self._sums(input, target), self.mean, input.shape)
        self.output = loss
        return loss

    def updateGradInput(self, input: Array, target: Array) -> Array:
        x, t = matched(self, input, target)
        gradient = t * x
        np.negative(gradient, gradient)
        gradient = sigmoid(gradient)
        gradient *= t
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
        s = t * x
        losses = exp_minus_abs(s)
        np.log1p(losses, losses)
        losses -= negative_part(s)
        return row_sums(losses)
