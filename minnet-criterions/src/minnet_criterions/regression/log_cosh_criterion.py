"""`LogCoshCriterion`: the logarithm of the hyperbolic cosine of the error."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Criterion, Example
from minnet_core.nn import floating_dtype

from ..arguments import mean_over
from ..batch import matched, mean_loss, row_sums, sample_losses, share

FAR = 20.0
"""From here on the hyperbolic sine and cosine are the same number, even in float64."""


class LogCoshCriterion(Criterion):
    r"""``log(cosh(x - t))``: half the squared error near 0, the absolute error less ``log(2)`` far from it.

    Input and target are of one shape ``(batch, ...)``. With the difference :math:`d = x - t`:

    .. math:: L = \frac1N \sum_{sj} \log\cosh d_{sj}
                = \frac1N \sum_{sj} \bigl(|d_{sj}| - m_{sj} + \tfrac12\log(1 + \sinh^2 m_{sj})\bigr),
              \qquad m_{sj} = \min(|d_{sj}|, 20)

    The second form, from :math:`\cosh^2 = 1 + \sinh^2`, overflows nowhere, and keeps all digits of small differences,
    of which :math:`|d| + \log(1 + e^{-2|d|}) - \log 2` would cancel all.

    Backward, by :math:`(\log\cosh d)' = \sinh d / \cosh d`:

    .. math:: \frac{\partial L}{\partial x_{sj}} = \frac1N \tanh d_{sj}

    PyTorch has none; Keras calls it ``LogCosh``. A target of another shape is an error, and so is an empty batch.

    Args:
        mean: ``"batch"`` divides by the number of samples, ``"elements"`` by that of all elements.

    >>> import numpy as np
    >>> from minnet_criterions import LogCoshCriterion
    >>> round(LogCoshCriterion().forward(np.array([[1.0, 1000.0]]), np.zeros((1, 2))), 4)
    999.7406
    """

    EXAMPLES = (
        Example(
            input=[(4, 3), (5,), (2, 3, 2)],
            target="real",
            rejects=[lambda criterion: criterion.forward(np.ones((3, 1)), np.ones(3))],
            rejected_arguments=[{"mean": "features"}],
        ),
        Example(arguments={"mean": "elements"}, input=(4, 3), target="real"),
    )

    def __init__(self, mean: str = "batch") -> None:
        super().__init__()
        self.mean = mean_over("LogCoshCriterion", mean)

    def updateOutput(self, input: Array, target: Array) -> float:
        loss = mean_loss(self._sums(input, target), self.mean, input.shape)
        self.output = loss
        return loss

    def updateGradInput(self, input: Array, target: Array) -> Array:
        gradient = np.subtract(*matched(self, input, target))
        np.tanh(gradient, gradient)
        gradient *= share(self.mean, input.shape)
        self.gradInput = gradient.astype(floating_dtype(input), copy=False)
        return self.gradInput

    def losses(self, input: Array, target: Array) -> Array:
        """Compute the loss of each sample, of which the loss is the mean."""
        return sample_losses(self._sums(input, target), self.mean, input.shape)

    def _sums(self, input: Array, target: Array) -> Array:
        """The sum over the features of each sample."""
        distance: Array = np.subtract(*matched(self, input, target))
        np.abs(distance, distance)
        losses: Array = np.minimum(distance, FAR)
        distance -= losses
        np.sinh(losses, losses)
        losses *= losses
        np.log1p(losses, losses)
        losses *= 0.5
        losses += distance
        return row_sums(losses)
