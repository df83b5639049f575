"""`BCECriterion`: binary cross-entropy of probabilities."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from minnet_core import Array, Criterion, Example, Reference
from minnet_core.nn import floating_dtype

from ..arguments import expect_broadcast, mean_over, weights_of
from ..batch import matched, mean_loss, row_sums, sample_losses, share
from ..targets import expect_unit_interval

LEAST_LOGARITHM = -100.0
"""What the logarithm of 0 counts as: PyTorch's choice."""

LEAST_VARIANCE = float(np.float32(1e-12))
"""What ``x (1 - x)`` is at least where it is divided by: PyTorch's choice, in the precision that it has there."""


class BCECriterion(Criterion):
    r"""Binary cross-entropy of the target with probabilities; input and target of one shape ``(batch, ...)``.

    Targets are probabilities, 0 and 1 among them, of any real dtype. With the weight :math:`w_j` of feature :math:`j`,
    1 by default, summed over features and averaged over the batch:

    .. math:: L = -\frac1N \sum_{sj} w_j \bigl(t_{sj} \log x_{sj} + (1 - t_{sj}) \log(1 - x_{sj})\bigr)

    No logarithm counts less than -100, so that a wrong and certain answer has a large loss and not an infinite one.

    Backward, by :math:`-t/x + (1 - t)/(1 - x)` over one denominator, which counts as 1e-12 at least:

    .. math:: \frac{\partial L}{\partial x_{sj}} = \frac{w_j}N \cdot \frac{x_{sj} - t_{sj}}{x_{sj}(1 - x_{sj})}

    `BCEWithLogitsCriterion` computes it of the scores that a sigmoid would make these probabilities of, and is exact
    where they are 0 or 1 but for rounding.

    PyTorch: ``torch.nn.BCELoss(weights)`` with ``mean="elements"``; with ``mean="batch"`` its ``reduction="sum"``,
    divided by :math:`N`. A target of another shape is an error, and so are an empty batch and what is outside 0 to 1.

    Args:
        weights: of the features, 0 or more, in a shape that is broadcast to the input's.
        mean: ``"batch"`` divides by the number of samples, ``"elements"`` by that of all elements.

    >>> import numpy as np
    >>> from minnet_criterions import BCECriterion
    >>> round(BCECriterion().forward(np.array([[0.5, 0.0], [0.5, 0.0]]), np.eye(2)), 3)
    50.693
    """

    EXAMPLES = (
        Example(
            input=[(4, 3), (5,), (2, 3, 2)],
            target="unit-interval",
            traits={"unit-interval-input"},
            rejects=[lambda criterion: criterion.forward(np.full((3, 1), 0.5), np.ones(3))],
            rejected_arguments=[{"mean": "features"}, {"weights": [-1.0]}],
            reference=Reference("torch.nn.BCELoss", {"reduction": "sum"}),
        ),
        Example(
            arguments={"mean": "elements"},
            input=(4, 3),
            target="binary",
            traits={"unit-interval-input"},
            reference=Reference("torch.nn.BCELoss"),
        ),
        Example(arguments={"weights": [1.0, 0.5, 2.0]}, input=(4, 3), target="binary", traits={"unit-interval-input"}),
    )

    def __init__(self, weights: npt.ArrayLike | None = None, mean: str = "batch") -> None:
        super().__init__()
        self.weights = weights_of("BCECriterion", "weights", weights)
        self.mean = mean_over("BCECriterion", mean)

    def updateOutput(self, input: Array, target: Array) -> float:
        loss = mean_loss(self._sums(input, target), self.mean, input.shape)
        self.output = loss
        return loss

    def updateGradInput(self, input: Array, target: Array) -> Array:
        x, t = self._read(input, target)
        variance = 1 - x
        variance *= x
        np.maximum(variance, LEAST_VARIANCE, out=variance)
        gradient = x - t
        gradient /= variance
        if self.weights is not None:
            gradient *= self.weights.astype(x.dtype)
        gradient *= share(self.mean, input.shape)
        self.gradInput = gradient.astype(floating_dtype(input), copy=False)
        return self.gradInput

    def losses(self, input: Array, target: Array) -> Array:
        """Compute the loss of each sample, of which the loss is the mean."""
        return sample_losses(self._sums(input, target), self.mean, input.shape)

    def _sums(self, input: Array, target: Array) -> Array:
        """The sum over the features of each sample."""
        x, t = self._read(input, target)
        expect_unit_interval(self, x, "input")
        expect_unit_interval(self, t, "target")
        with np.errstate(divide="ignore"):  # of 0, whose logarithm is clipped
            yes, no = np.log(x), np.log1p(-x)
        for logarithms in (yes, no):
            np.maximum(logarithms, LEAST_LOGARITHM, out=logarithms)
        yes -= no
        yes *= t
        yes += no
        if self.weights is not None:
            yes *= self.weights.astype(x.dtype)
        return -row_sums(yes)

    def _read(self, input: Array, target: Array) -> tuple[Array, Array]:
        x, t = matched(self, input, target)
        expect_broadcast(self, "weights", self.weights, input)
        return x, t
