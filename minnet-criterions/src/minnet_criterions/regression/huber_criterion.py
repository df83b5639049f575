"""`HuberCriterion`: squared error of small differences, absolute error of large ones."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Criterion, Example, Reference
from minnet_core.nn import floating_dtype, positive_float

from ..arguments import mean_over
from ..batch import matched, mean_loss, row_dots, sample_losses, share


class HuberCriterion(Criterion):
    r"""Half the squared error up to ``delta``, and straight on from there; input and target of shape ``(batch, ...)``.

    With the difference :math:`d = x - t`, and :math:`c = \min(\max(d, -\delta), \delta)` what is left of it between
    :math:`-\delta` and :math:`\delta`:

    .. math:: L = \frac1N \sum_{sj} c_{sj}\bigl(d_{sj} - \tfrac12 c_{sj}\bigr) = \frac1N \sum_{sj} \begin{cases}
              \frac12 d_{sj}^2 & |d_{sj}| < \delta \\ \delta\,(|d_{sj}| - \frac12\delta) & \text{else} \end{cases}

    Backward, as :math:`c` is the slope of both branches:

    .. math:: \frac{\partial L}{\partial x_{sj}} = \frac{c_{sj}}N

    So no sample pulls harder than ``delta``, however far off it is. It is ``delta`` times
    `SmoothL1Criterion` with ``beta=delta``.

    PyTorch: ``torch.nn.HuberLoss(delta=delta)`` with ``mean="elements"``; with ``mean="batch"`` its
    ``reduction="sum"``, divided by :math:`N`. A target of another shape is an error, and so is an empty batch.

    Paper: Huber, 1964, "Robust Estimation of a Location Parameter".

    Args:
        delta: where the parabola ends.
        mean: ``"batch"`` divides by the number of samples, ``"elements"`` by that of all elements.

    >>> import numpy as np
    >>> from minnet_criterions import HuberCriterion
    >>> HuberCriterion(delta=2.0).forward(np.array([[1.0, 5.0]]), np.zeros((1, 2)))
    8.5
    """

    EXAMPLES = (
        Example(
            input=[(4, 3), (5,), (2, 3, 2)],
            target="real",
            rejects=[lambda criterion: criterion.forward(np.ones((3, 1)), np.ones(3))],
            rejected_arguments=[{"mean": "features"}, {"delta": 0.0}],
            reference=Reference("torch.nn.HuberLoss", {"reduction": "sum"}),
        ),
        Example(
            arguments={"delta": 0.5, "mean": "elements"},
            input=(4, 3),
            target="real",
            reference=Reference("torch.nn.HuberLoss", {"delta": 0.5}),
        ),
    )

    def __init__(self, delta: float = 1.0, mean: str = "batch") -> None:
        super().__init__()
        self.delta = positive_float("HuberCriterion", "delta", delta)
        self.mean = mean_over("HuberCriterion", mean)

    def updateOutput(self, input: Array, target: Array) -> float:
        loss = mean_loss(self._sums(input, target), self.mean, input.shape)
        self.output = loss
        return loss

    def updateGradInput(self, input: Array, target: Array) -> Array:
        gradient = np.subtract(*matched(self, input, target))
        np.clip(gradient, -self.delta, self.delta, gradient)
        gradient *= share(self.mean, input.shape)
        self.gradInput = gradient.astype(floating_dtype(input), copy=False)
        return self.gradInput

    def losses(self, input: Array, target: Array) -> Array:
        """Compute the loss of each sample, of which the loss is the mean."""
        return sample_losses(self._sums(input, target), self.mean, input.shape)

    def _sums(self, input: Array, target: Array) -> Array:
        """The sum over the features of each sample."""
        difference = np.subtract(*matched(self, input, target))
        clipped = np.clip(difference, -self.delta, self.delta)
        sums = row_dots(clipped, difference)
        sums -= 0.5 * row_dots(clipped, clipped)
        return sums
