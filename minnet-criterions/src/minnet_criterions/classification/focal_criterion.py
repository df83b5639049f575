"""`FocalCriterion`: binary cross-entropy of scores in which answers that are right already hardly count."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Criterion, Example
from minnet_core.nn import exp_minus_abs, floating_dtype, fraction, negative_part, positive_float, sigmoid

from ..arguments import mean_over
from ..batch import matched, mean_loss, row_sums, sample_losses, share
from ..targets import expect_zeros_and_ones


class FocalCriterion(Criterion):
    r"""Focal loss of scores, for classes of which some are rare; input and target of one shape ``(batch, ...)``.

    Targets are 0 and 1, of any real dtype: a yes or no for each element, or one-hot classes, each of which is then a
    question by itself, as in the paper. With :math:`s` the score :math:`x`, negated where the target is 0, what the
    answer is short of certainty :math:`q = \sigma(-s) = 1 - p_t`, and the weight :math:`\alpha_t`, which is ``alpha``
    where the target is 1, :math:`1 - \alpha` where it is 0, and 1 everywhere without ``alpha``:

    .. math:: L = -\frac1N \sum \alpha_t\, (1 - p_t)^\gamma \log p_t = \frac1N \sum \alpha_t\, q^\gamma\, \ell(s),
              \qquad \ell(s) = \log(1 + e^{-s})

    Backward, as :math:`dq/ds = -q(1 - q)` and :math:`d\ell/ds = -q`, with the sign of :math:`s`:

    .. math:: \frac{\partial L}{\partial x} = \mp\frac{\alpha_t}N\, q^\gamma \bigl(\gamma (1 - q)\,\ell(s) + q\bigr)

    With ``gamma=0`` it is `BCEWithLogitsCriterion`. The larger ``gamma``, the less counts what is nearly right.

    PyTorch has none; torchvision's ``sigmoid_focal_loss(x, t, alpha, gamma, "mean")`` is ``mean="elements"``. A target
    of another shape is an error, and so are an empty batch and targets between 0 and 1.

    Paper: Lin and others, 2017, arXiv:1708.02002.

    Args:
        gamma: :math:`\gamma`, 0 or more.
        alpha: the share that targets of 1 have in the loss, from 0 to 1; the paper has 0.25.
        mean: ``"batch"`` divides by the number of samples, ``"elements"`` by that of all elements.

    >>> import numpy as np
    >>> from minnet_criterions import FocalCriterion
    >>> round(FocalCriterion(gamma=2.0).forward(np.array([[0.0, 1000.0]]), np.array([[1, 1]])), 4)
    0.1733
    """

    EXAMPLES = (
        Example(
            input=[(4, 3), (5,), (2, 3, 2)],
            target="binary",
            rejects=[lambda criterion: criterion.forward(np.ones((3, 1)), np.ones(3))],
            rejected_arguments=[{"mean": "features"}, {"gamma": -1.0}, {"alpha": 1.5}],
        ),
        Example(arguments={"gamma": 1.5, "alpha": 0.25, "mean": "elements"}, input=(4, 3), target="binary"),
    )

    def __init__(self, gamma: float = 2.0, alpha: float | None = None, mean: str = "batch") -> None:
        super().__init__()
        self.gamma = positive_float("FocalCriterion", "gamma", gamma, or_zero=True)
        self.alpha = None if alpha is None else fraction("FocalCriterion", "alpha", alpha)
        self.mean = mean_over("FocalCriterion", mean)

    def updateOutput(self, input: Array, target: Array) -> float:
        loss = mean_loss(self._sums(input, target), self.mean, input.shape)
        self.output = loss
        return loss

    def updateGradInput(self, input: Array, target: Array) -> Array:
        signs, s = self._signed(input, target)
        short, loss = sigmoid(-s), _loss(s)
        loss *= 1 - short
        loss *= self.gamma
        loss += short
        loss *= self._factors(signs, short)
        loss *= signs
        loss *= -share(self.mean, input.shape)
        self.gradInput = loss.astype(floating_dtype(input), copy=False)
        return self.gradInput

    def losses(self, input: Array, target: Array) -> Array:
        """Compute the loss of each sample, of which the loss is the mean."""
        return sample_losses(self._sums(input, target), self.mean, input.shape)

    def _sums(self, input: Array, target: Array) -> Array:
        """The sum over the features of each sample."""
        signs, s = self._signed(input, target)
        expect_zeros_and_ones(self, target)
        losses = _loss(s)
        losses *= self._factors(signs, sigmoid(-s))
        return row_sums(losses)

    def _signed(self, input: Array, target: Array) -> tuple[Array, Array]:
        """The sign that each target gives its score, and the scores with it: the larger, the better."""
        x, t = matched(self, input, target)
        signs = 2 * t
        signs -= 1
        return signs, signs * x

    def _factors(self, signs: Array, short: Array) -> Array:
        """What each element counts."""
        factors: Array = short**self.gamma
        if self.alpha is not None:
            factors *= (self.alpha - 0.5) * signs + 0.5
        return factors


def _loss(s: Array) -> Array:
    r""":math:`\log(1 + e^{-s})`, which overflows nowhere."""
    losses: Array = np.log1p(exp_minus_abs(s))
    losses -= negative_part(s)
    return losses
