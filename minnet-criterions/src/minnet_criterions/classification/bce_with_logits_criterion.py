"""`BCEWithLogitsCriterion`: binary cross-entropy of scores."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from minnet_core import Array, Criterion, Example, Reference, ShapeError, expect_shape
from minnet_core.nn import accumulation_dtype, axis_sums, describe, exp_minus_abs, floating_dtype, sigmoid

from ..arguments import weights_of
from ..batch import batch_size


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

    >>> import numpy as np
    >>> from minnet_criterions import BCEWithLogitsCriterion
    >>> round(BCEWithLogitsCriterion().forward(np.array([[0.0, 1000.0], [-1000.0, 0.0]]), np.eye(2)), 3)
    500.693
    """

    EXAMPLES = (
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
        if mean not in ("batch", "elements"):
            raise ValueError(f"BCEWithLogitsCriterion: expected mean 'batch' or 'elements', received {mean!r}")
        self.mean = mean

    def updateOutput(self, input: Array, target: Array) -> float:
        loss = float(self._sums(input, target).sum(dtype=np.float64)) * self.share(input.shape)
        self.output = loss
        return loss

    def updateGradInput(self, input: Array, target: Array) -> Array:
        x, positive, negative = self._read(input, target)
        gradient = sigmoid(x)
        if self.pos_weight is not None:
            gradient *= positive + negative
        gradient -= positive
        if self.weights is not None:
            gradient *= self.weights.astype(x.dtype)
        gradient *= self.share(input.shape)
        self.gradInput = gradient.astype(floating_dtype(input), copy=False)
        return self.gradInput

    def losses(self, input: Array, target: Array) -> Array:
        """Compute the loss of each sample, of which the loss is the mean."""
        sums = self._sums(input, target)
        sums *= self.share(input.shape) * len(input)
        return sums

    def share(self, shape: tuple[int, ...]) -> float:
        """What a sum over all elements is multiplied by."""
        return 1 / (shape[0] if self.mean == "batch" else math.prod(shape))

    def _sums(self, input: Array, target: Array) -> Array:
        """The sum over the features of each sample."""
        x, positive, negative = self._read(input, target)
        losses = np.log1p(exp_minus_abs(x))
        if self.pos_weight is not None:
            losses *= positive + negative
        losses -= positive * np.minimum(x, 0)
        losses += negative * np.maximum(x, 0)
        if self.weights is not None:
            losses *= self.weights.astype(x.dtype)
        return axis_sums(losses.reshape(len(x), -1))[:, 0]

    def _read(self, input: Array, target: Array) -> tuple[Array, Array, Array]:
        """The scores, and how much each counts as positive and as negative."""
        batch_size(self, input)
        expect_shape(self, target, input.shape, "target")
        for name in ("weights", "pos_weight"):
            array = getattr(self, name)
            if array is not None and not _is_broadcast(array.shape, input.shape):
                raise ShapeError(
                    f"{self}: expected {name} {array.shape} to be broadcast to the input, received {describe(input)}"
                )
        dtype = accumulation_dtype(input)
        t = target.astype(dtype, copy=False)
        positive = t if self.pos_weight is None else t * self.pos_weight.astype(dtype)
        return input.astype(dtype, copy=False), positive, 1 - t


def _is_broadcast(shape: tuple[int, ...], to: tuple[int, ...]) -> bool:
    pairs = zip(reversed(shape), reversed(to), strict=False)
    return len(shape) <= len(to) and all(length in (1, whole) for length, whole in pairs)
