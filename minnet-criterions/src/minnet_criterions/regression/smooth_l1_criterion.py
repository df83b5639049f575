"""`SmoothL1Criterion`: absolute error, rounded off around zero."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Criterion, Example, Reference
from minnet_core.nn import floating_dtype, positive_float, sign

from ..arguments import mean_over
from ..batch import matched, mean_loss, row_dots, row_sums, sample_losses, share


class SmoothL1Criterion(Criterion):
    r"""Absolute error with a parabola in the place of the kink; input and target of one shape ``(batch, ...)``.

    With the difference :math:`d = x - t`, and :math:`c = \min(\max(d/\beta, -1), 1)`:

    .. math:: L = \frac1N \sum_{sj} c_{sj}\bigl(d_{sj} - \tfrac12 \beta c_{sj}\bigr) = \frac1N \sum_{sj} \begin{cases}
              d_{sj}^2 / 2\beta & |d_{sj}| < \beta \\ |d_{sj}| - \frac12\beta & \text{else} \end{cases}

    Backward, as :math:`c` is the slope of both branches:

    .. math:: \frac{\partial L}{\partial x_{sj}} = \frac{c_{sj}}N

    With ``beta=0`` nothing is rounded off, and :math:`c` is the sign: `AbsCriterion`. It is `HuberCriterion` with
    ``delta=beta``, divided by ``beta``.

    PyTorch: ``torch.nn.SmoothL1Loss(beta=beta)`` with ``mean="elements"``; with ``mean="batch"`` its
    ``reduction="sum"``, divided by :math:`N`. A target of another shape is an error, and so is an empty batch.

    Paper: Girshick, 2015, arXiv:1504.08083.

    Args:
        beta: where the parabola ends, 0 or more.
        mean: ``"batch"`` divides by the number of samples, ``"elements"`` by that of all elements.

    >>> import numpy as np
    >>> from minnet_criterions import SmoothL1Criterion
    >>> SmoothL1Criterion(beta=2.0).forward(np.array([[1.0, 5.0]]), np.zeros((1, 2)))
    4.25
    """

    EXAMPLES = (
        Example(
            input=[(4, 3), (5,), (2, 3, 2)],
            target="real",
            rejects=[lambda criterion: criterion.forward(np.ones((3, 1)), np.ones(3))],
            rejected_arguments=[{"mean": "features"}, {"beta": -1.0}],
            reference=Reference("torch.nn.SmoothL1Loss", {"reduction": "sum"}),
        ),
        Example(
            arguments={"beta": 0.5, "mean": "elements"},
            input=(4, 3),
            target="real",
            reference=Reference("torch.nn.SmoothL1Loss", {"beta": 0.5}),
        ),
        Example(
            arguments={"beta": 0.0},
            input=(4, 3),
            target="real",
            traits={"kinks"},
            reference=Reference("torch.nn.SmoothL1Loss", {"beta": 0.0, "reduction": "sum"}),
        ),
    )

    def __init__(self, beta: float = 1.0, mean: str = "batch") -> None:
        super().__init__()
        self.beta = positive_float("SmoothL1Criterion", "beta", beta, or_zero=True)
        self.mean = mean_over("SmoothL1Criterion", mean)

    def updateOutput(self, input: Array, target: Array) -> float:
        loss = mean_loss(self._sums(input, target), self.mean, input.shape)
        self.output = loss
        return loss

    def updateGradInput(self, input: Array, target: Array) -> Array:
        difference = np.subtract(*matched(self, input, target))
        gradient, factor = self._clipped(difference) if self.beta else (sign(difference), 1.0)
        gradient *= factor * share(self.mean, input.shape)
        self.gradInput = gradient.astype(floating_dtype(input), copy=False)
        return self.gradInput

    def losses(self, input: Array, target: Array) -> Array:
        """Compute the loss of each sample, of which the loss is the mean."""
        return sample_losses(self._sums(input, target), self.mean, input.shape)

    def _sums(self, input: Array, target: Array) -> Array:
        """The sum over the features of each sample."""
        difference = np.subtract(*matched(self, input, target))
        if not self.beta:
            return row_sums(np.abs(difference, difference))
        clipped, factor = self._clipped(difference)
        sums = row_dots(clipped, difference)
        sums -= 0.5 * row_dots(clipped, clipped)
        sums *= factor
        return sums

    def _clipped(self, difference: Array) -> tuple[Array, float]:
        """The slopes, and what they are to be multiplied by; a ``beta`` that the dtype cannot hold is what it can."""
        beta = max(self.beta, float(np.finfo(difference.dtype).tiny))
        return np.clip(difference, -beta, beta), 1 / beta
