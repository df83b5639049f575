"""`WeightedMSECriterion`: squared error, of which some elements count more than others."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from minnet_core import Array, Criterion, Example
from minnet_core.nn import floating_dtype

from ..arguments import expect_broadcast, mean_over, weights_of
from ..batch import matched, mean_loss, row_sums, sample_losses, share


class WeightedMSECriterion(Criterion):
    r"""Squared error with a weight for each feature; input and target of one shape ``(batch, ...)``.

    .. math:: L = \frac1N \sum_{sj} w_j (x_{sj} - t_{sj})^2

    Backward, each term by itself:

    .. math:: \frac{\partial L}{\partial x_{sj}} = \frac2N w_j (x_{sj} - t_{sj})

    PyTorch: ``(weights * torch.nn.MSELoss(reduction="none")(x, t)).mean()`` with ``mean="elements"``; with
    ``mean="batch"`` the sum, divided by :math:`N`. Torch7's class of this name multiplies the target by the weights
    instead, and divides by all elements.
    A target of another shape is an error, not a broadcast, and so is an empty batch.

    Args:
        weights: finite, 0 or more, in a shape that is broadcast to the input's: of the features, or of all elements.
        mean: ``"batch"`` divides by the number of samples, ``"elements"`` by that of all elements, whatever they weigh.

    >>> import numpy as np
    >>> from minnet_criterions import WeightedMSECriterion
    >>> WeightedMSECriterion([1.0, 0.25]).forward(np.array([[1.0, 2.0], [3.0, 4.0]]), np.zeros((2, 2)))
    7.5
    """

    EXAMPLES = (
        Example(
            arguments={"weights": [1.0, 0.5, 2.0]},
            input=[(4, 3), (2, 5, 3)],
            target="real",
            rejects=[(4, 2), (4,)],
            rejected_arguments=[{"mean": "features"}, {"weights": [1.0, -1.0]}],
        ),
        Example(arguments={"weights": [[0.25], [2.0]], "mean": "elements"}, input=(4, 2, 5), target="real"),
    )

    def __init__(self, weights: npt.ArrayLike, mean: str = "batch") -> None:
        super().__init__()
        self.weights = np.asarray(weights_of("WeightedMSECriterion", "weights", np.asarray(weights, np.float64)))
        self.mean = mean_over("WeightedMSECriterion", mean)

    def updateOutput(self, input: Array, target: Array) -> float:
        loss = mean_loss(self._sums(input, target), self.mean, input.shape)
        self.output = loss
        return loss

    def updateGradInput(self, input: Array, target: Array) -> Array:
        _, gradient = self._differences(input, target)
        gradient *= 2 * share(self.mean, input.shape)
        self.gradInput = gradient.astype(floating_dtype(input), copy=False)
        return self.gradInput

    def losses(self, input: Array, target: Array) -> Array:
        """Compute the loss of each sample, of which the loss is the mean."""
        return sample_losses(self._sums(input, target), self.mean, input.shape)

    def _sums(self, input: Array, target: Array) -> Array:
        """The sum over the features of each sample."""
        difference, weighted = self._differences(input, target)
        weighted *= difference
        return row_sums(weighted)

    def _differences(self, input: Array, target: Array) -> tuple[Array, Array]:
        """The differences, and what they weigh."""
        difference: Array = np.subtract(*matched(self, input, target))
        expect_broadcast(self, "weights", self.weights, input)
        return difference, difference * self.weights.astype(difference.dtype)
