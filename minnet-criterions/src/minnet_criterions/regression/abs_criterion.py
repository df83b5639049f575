"""`AbsCriterion`: absolute error."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Criterion, Example, Reference
from minnet_core.nn import floating_dtype, sign

from ..arguments import mean_over
from ..batch import matched, mean_loss, row_sums, sample_losses, share


class AbsCriterion(Criterion):
    r"""Absolute error, summed over features and averaged over the batch; both of one shape ``(batch, ...)``.

    .. math:: L = \frac1N \sum_{sj} |x_{sj} - t_{sj}|

    Backward, with the slope 0 where both are equal:

    .. math:: \frac{\partial L}{\partial x_{sj}} = \frac1N \operatorname{sign}(x_{sj} - t_{sj})

    Its smallest value is at the median of the targets, where that of `MSECriterion` is at their mean.

    PyTorch: ``torch.nn.L1Loss()`` with ``mean="elements"``; with ``mean="batch"`` its ``reduction="sum"``, divided by
    :math:`N`. A target of another shape is an error, not a broadcast, and so is an empty batch.

    Args:
        mean: ``"batch"`` divides by the number of samples, ``"elements"`` by that of all elements.

    >>> import numpy as np
    >>> from minnet_criterions import AbsCriterion
    >>> AbsCriterion().forward(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1.0, 0.0], [0.0, 4.0]]))
    2.5
    """

    EXAMPLES = (
        Example(
            input=[(4, 3), (5,), (2, 3, 2)],
            target="real",
            traits={"kinks"},
            rejects=[lambda criterion: criterion.forward(np.ones((3, 1)), np.ones(3))],
            rejected_arguments=[{"mean": "features"}],
            reference=Reference("torch.nn.L1Loss", {"reduction": "sum"}),
        ),
        Example(
            arguments={"mean": "elements"},
            input=(4, 3),
            target="real",
            traits={"kinks"},
            reference=Reference("torch.nn.L1Loss"),
        ),
    )

    def __init__(self, mean: str = "batch") -> None:
        super().__init__()
        self.mean = mean_over("AbsCriterion", mean)

    def updateOutput(self, input: Array, target: Array) -> float:
        loss = mean_loss(self._sums(input, target), self.mean, input.shape)
        self.output = loss
        return loss

    def updateGradInput(self, input: Array, target: Array) -> Array:
        gradient = sign(np.subtract(*matched(self, input, target)))
        gradient *= share(self.mean, input.shape)
        self.gradInput = gradient.astype(floating_dtype(input), copy=False)
        return self.gradInput

    def losses(self, input: Array, target: Array) -> Array:
        """Compute the loss of each sample, of which the loss is the mean."""
        return sample_losses(self._sums(input, target), self.mean, input.shape)

    def _sums(self, input: Array, target: Array) -> Array:
        """The sum over the features of each sample."""
        difference: Array = np.subtract(*matched(self, input, target))
        return row_sums(np.abs(difference, difference))
