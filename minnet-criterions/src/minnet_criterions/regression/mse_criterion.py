"""`MSECriterion`: squared error."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Criterion, Example, Reference, expect_shape
from minnet_core.nn import accumulation_dtype, floating_dtype

from ..arguments import mean_over
from ..batch import batch_size, share


class MSECriterion(Criterion):
    r"""Squared error, summed over features and averaged over the batch; input and target of one shape ``(batch, ...)``.

    .. math:: L = \frac1N \sum_{s=1}^N \sum_j (x_{sj} - t_{sj})^2

    Backward, each term by itself:

    .. math:: \frac{\partial L}{\partial x_{sj}} = \frac2N (x_{sj} - t_{sj})

    PyTorch: ``torch.nn.MSELoss()`` with ``mean="elements"``; with ``mean="batch"`` its ``reduction="sum"``, divided by
    :math:`N`. A target ``(N,)`` for an input ``(N, 1)`` is an error, not a broadcast, and so is an empty batch.

    Args:
        mean: ``"batch"`` divides by the number of samples, ``"elements"`` by that of all elements.

    >>> import numpy as np
    >>> from minnet_criterions import MSECriterion
    >>> MSECriterion().forward(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1.0, 0.0], [0.0, 4.0]]))
    6.5
    """

    EXAMPLES = (
        Example(
            input=[(4, 3), (5,), (2, 3, 2)],
            target=lambda rng, shape, dtype: np.asarray(rng.standard_normal(shape), dtype),
            reference=Reference("torch.nn.MSELoss", {"reduction": "sum"}),
            rejects=[lambda criterion: criterion.forward(np.ones((3, 1)), np.ones(3))],
            rejected_arguments=[{"mean": "features"}],
        ),
        Example(
            arguments={"mean": "elements"},
            input=(4, 3),
            target=lambda rng, shape, dtype: np.asarray(rng.standard_normal(shape), dtype),
            reference=Reference("torch.nn.MSELoss"),
        ),
    )

    def __init__(self, mean: str = "batch") -> None:
        super().__init__()
        self.mean = mean_over("MSECriterion", mean)

    def updateOutput(self, input: Array, target: Array) -> float:
        difference = self._difference(input, target)
        loss = float(np.vdot(difference, difference)) * share(self.mean, input.shape)
        self.output = loss
        return loss

    def updateGradInput(self, input: Array, target: Array) -> Array:
        gradInput = self._difference(input, target)
        gradInput *= 2 * share(self.mean, input.shape)
        self.gradInput = gradInput.astype(floating_dtype(input), copy=False)
        return self.gradInput

    def losses(self, input: Array, target: Array) -> Array:
        """Compute the loss of each sample, of which the loss is the mean."""
        difference = self._difference(input, target).reshape(len(input), -1)
        losses: Array = np.einsum("ij,ij->i", difference, difference)
        losses *= share(self.mean, input.shape) * len(input)
        return losses

    def _difference(self, input: Array, target: Array) -> Array:
        batch_size(self, input)
        expect_shape(self, target, input.shape, "target")
        difference: Array = np.subtract(input, target, dtype=accumulation_dtype(input))
        return difference
