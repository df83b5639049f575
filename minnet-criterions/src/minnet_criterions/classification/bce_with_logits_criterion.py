"""`BCEWithLogitsCriterion`: binary cross-entropy of scores."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import numpy.typing as npt

from minnet_core import Array, Criterion, Example, Reference
from minnet_core.nn import exp_minus_abs, floating_dtype, negative_part, positive_part, sigmoid

from ..arguments import expect_broadcast, mean_over, weights_of
from ..batch import matched, mean_loss, row_sums, sample_losses, share


class BCEWithLogitsCriterion(Criterion):
    r"""Binary cross-entropy of the target with the sigmoid of scores; input and target of one shape ``(batch, ...)``.

    Targets are probabilities, 0 and 1 among them, of any real dtype. With the weight :math:`w_j` of feature :math:`j`
    and :math:`p_j` of its positive targets, both 1 by default, summed over features and averaged over the batch:

    .. math:: L = -\frac1N \sum_{sj} w_j \bigl(p_j\,t_{sj} \log\sigma(x_{sj})
                + (1 - t_{sj})\log(1 - \sigma(x_{sj}))\bigr)

    As :math:`-\log\sigma(x) = \log(1 + e^{-x})` and :math:`-\log(1 - \sigma(x)) = \log(1 + e^x)`, and each of these is
    :math:`\log(1 + e^{-|x|})` and what :math:`-x` or :math:`x` is above 0, nothing overflows and no digit cancels:

    .. math:: L = \frac1N \sum_{sj} w_j \bigl(c_{sj}\log(1 + e^{-|x_{sj}|}) + p_j\,t_{sj}\max(-x_{sj}, 0)
                + (1 - t_{sj})\max(x_{sj}, 0)\bigr), \qquad c_{sj} = p_j\,t_{sj} + 1 - t_{sj}

    Backward, from :math:`(\log(1 + e^{-x}))' = \sigma(x) - 1` and :math:`(\log(1 + e^x))' = \sigma(x)`:

    .. math:: \frac{\partial L}{\partial x_{sj}} = \frac{w_j}N \bigl(c_{sj}\,\sigma(x_{sj}) - p_j\,t_{sj}\bigr)

    PyTorch: ``torch.nn.BCEWithLogitsLoss(weights, pos_weight=pos_weight)`` with ``mean="elements"``;
    with ``mean="batch"`` its ``reduction="sum"``, divided by :math:`N`.
    A target ``(N,)`` for an input ``(N, 1)`` is an error, and so is an empty batch.

    Args:
        weights: of the features, 0 or more, in a shape that is broadcast to the input's.
        pos_weight: of the positive targets of each feature, in such a shape: above 1 it favours finding them all.
        mean: ``"batch"`` divides by the number of samples, ``"elements"`` by that of all elements.

    >>> from typing import ClassVar

    import numpy as np
    >>> from minnet_criterions import BCEWithLogitsCriterion
    >>> round(BCEWithLogitsCriterion().forward(np.array([[0.0, 1000.0], [-1000.0, 0.0]]), np.eye(2)), 3)
    500.693
    """

    EXAMPLES: ClassVar[tuple[Example, ...]] = (
        Example(
            input=[(4, 3), (5,), (2, 3, 2)],
            target=lambda rng, shape, dtype: rng.random(shape).astype(dtype),
            rejects=[lambda criterion: criterion.forward(np.ones((3, 1)), np.ones(3))],
            rejected_arguments=[{"mean": "features"}, {"pos_weight": [-1.0]}],
            reference=Reference("torch.nn.BCEWithLogitsLoss", {"reduction": "sum"}),
        ),
        Example(
            arguments={"mean": "elements"},
            input=[(4, 3), (2, 3, 2)],
            target=lambda rng, shape, dtype: rng.integers(0, 2, shape).astype(dtype),
            reference=Reference("torch.nn.BCEWithLogitsLoss"),
        ),
        Example(
            arguments={"weights": [1.0, 0.5, 2.0], "pos_weight": [3.0, 1.0, 0.25]},
            input=(4, 3),
            target=lambda rng, shape, dtype: rng.integers(0, 2, shape).astype(dtype),
        ),
    )

    def __init__(
        self, weights: npt.ArrayLike | None = None, pos_weight: npt.ArrayLike | None = None, mean: str = "batch"
    ) -> None:
        super().__init__()
        self.weights = weights_of("BCEWithLogitsCriterion", "weights", weights)
        self.pos_weight = weights_of("BCEWithLogitsCriterion", "pos_weight", pos_weight)
        self.mean = mean_over("BCEWithLogitsCriterion", mean)

    def updateOutput(self, input: Array, target: Array) -> float:
        loss = mean_loss(self._sums(input, target), self.mean, input.shape)
        self.output = loss
        return loss

    def updateGradInput(self, input: Array, target: Array) -> Array:
        x, t = self._read(input, target)
        gradient = sigmoid(x)
        if self.pos_weight is not None:
            positive = t * self.pos_weight.astype(x.dtype)
            gradient *= positive + (1 - t)
            t = positive
        gradient -= t
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
        losses: Array = np.log1p(exp_minus_abs(x))
        if self.pos_weight is None:
            rest = positive_part(x)
            rest -= t * x  # first, so that it is exactly 0 where the answer is right
            losses += rest
        else:
            positive, negative = t * self.pos_weight.astype(x.dtype), 1 - t
            losses *= positive + negative
            losses -= positive * negative_part(x)
            losses += negative * positive_part(x)
        if self.weights is not None:
            losses *= self.weights.astype(x.dtype)
        return row_sums(losses)

    def _read(self, input: Array, target: Array) -> tuple[Array, Array]:
        """The scores, and how much each is that of a yes."""
        x, t = matched(self, input, target)
        for name in ("weights", "pos_weight"):
            expect_broadcast(self, name, getattr(self, name), input)
        return x, t
