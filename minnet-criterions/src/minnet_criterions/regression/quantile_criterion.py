"""`QuantileCriterion`: the pinball loss, whose least value is at a quantile."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from minnet_core import Array, Criterion, Example, expect_shape
from minnet_core.nn import accumulation_dtype, floating_dtype, positive_part, sign

from ..arguments import mean_over
from ..batch import batch_size, mean_loss, row_sums, sample_losses, share


class QuantileCriterion(Criterion):
    r"""The pinball loss of one quantile, or of several, which the last axis of the input has then.

    Of one, input and target are of one shape ``(batch, ...)``. Of :math:`K`, the input is ``(batch, ..., K)``, and the
    target ``(batch, ..., 1)``, of which each column of the input estimates another quantile :math:`q_k`, or
    ``(batch, ..., K)``, with a target for each:

    .. math:: L = \frac1N \sum_{sk} \begin{cases} (1 - q_k)\,d_{sk} & d_{sk} > 0 \\ -q_k\,d_{sk} & \text{else}
              \end{cases} = \frac1N \sum_{sk} \bigl(\max(d_{sk}, 0) - q_k\,d_{sk}\bigr), \qquad d_{sk} = x_{sk} - t_{sk}

    Backward, the slope of each side, and the mean of both where the difference is 0:

    .. math:: \frac{\partial L}{\partial x_{sk}} = \frac1N \Bigl(\frac{1 + \operatorname{sign} d_{sk}}2 - q_k\Bigr)

    The mean loss is least where a share :math:`q_k` of the targets is below the input. The quantile 0.5 is the median,
    and its loss half of `AbsCriterion`.

    PyTorch has none. A target of another shape is an error, not a broadcast, and so is an empty batch.

    Paper: Koenker and Bassett, 1978, "Regression Quantiles".

    Args:
        quantiles: a number between 0 and 1, or several.
        mean: ``"batch"`` divides by the number of samples, ``"elements"`` by that of all elements of the input.

    >>> import numpy as np
    >>> from minnet_criterions import QuantileCriterion
    >>> QuantileCriterion([0.25, 0.75]).forward(np.array([[1.0, 5.0]]), np.array([[3.0]]))
    1.0
    """

    EXAMPLES = (
        Example(
            input=[(4, 3), (5,), (2, 3, 2)],
            target="real",
            traits={"kinks"},
            rejects=[lambda criterion: criterion.forward(np.ones((3, 1)), np.ones(3))],
            rejected_arguments=[{"mean": "features"}, {"quantiles": 1.0}, {"quantiles": []}, {"quantiles": [[0.5]]}],
        ),
        Example(
            arguments={"quantiles": [0.1, 0.75], "mean": "elements"},
            input=[(4, 2), (3, 5, 2)],
            target=lambda rng, shape, dtype: rng.standard_normal((*shape[:-1], 1)).astype(dtype),
            traits={"kinks"},
        ),
    )

    def __init__(self, quantiles: float | Sequence[float] = 0.5, mean: str = "batch") -> None:
        super().__init__()
        array = self.quantiles = np.array(quantiles, np.float64)
        if array.ndim > 1 or not array.size or not ((array > 0) & (array < 1)).all():
            raise ValueError(
                f"QuantileCriterion: expected one or more quantiles between 0 and 1, received {quantiles!r}"
            )
        self.mean = mean_over("QuantileCriterion", mean)

    def updateOutput(self, input: Array, target: Array) -> float:
        loss = mean_loss(self._sums(input, target), self.mean, input.shape)
        self.output = loss
        return loss

    def updateGradInput(self, input: Array, target: Array) -> Array:
        gradient = sign(self._difference(input, target))
        gradient *= 0.5
        gradient += (0.5 - self.quantiles).astype(gradient.dtype)
        gradient *= share(self.mean, input.shape)
        self.gradInput = gradient.astype(floating_dtype(input), copy=False)
        return self.gradInput

    def losses(self, input: Array, target: Array) -> Array:
        """Compute the loss of each sample, of which the loss is the mean."""
        return sample_losses(self._sums(input, target), self.mean, input.shape)

    def _sums(self, input: Array, target: Array) -> Array:
        """The sum over the features of each sample."""
        difference = self._difference(input, target)
        losses = positive_part(difference)
        difference *= self.quantiles.astype(difference.dtype)
        losses -= difference
        return row_sums(losses)

    def _difference(self, input: Array, target: Array) -> Array:
        batch_size(self, input)
        expected = input.shape
        if self.quantiles.ndim:
            expect_shape(self, input, (*input.shape[:1], *input.shape[1:-1], len(self.quantiles)))
            if np.shape(target) != input.shape:
                expected = (*input.shape[:-1], 1)
        expect_shape(self, target, expected, "target")
        difference: Array = np.subtract(input, target, dtype=accumulation_dtype(input))
        return difference
