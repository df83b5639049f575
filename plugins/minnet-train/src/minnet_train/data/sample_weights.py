"""The loss of weighted samples: the weighted mean of their losses, and its gradient.

Every criterion is the mean of the losses of the samples of a batch, so the gradient with respect to the outputs of a
sample is that of its own loss, divided by their number. Multiplied by ``w_s N / sum(w)``, it is that of the weighted
mean ``sum(w_s l_s) / sum(w)``.
"""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Criterion
from minnet_core.nn import definition_depth


def weighted_loss(criterion: Criterion, outputs: Array, targets: Array, weights: Array | None) -> float:
    """Compute the weighted mean of the losses of the samples: 0 if all weights are 0, the plain mean if they are None.

    A criterion with a method ``losses(outputs, targets)``, which returns the loss of each sample, is called once; any
    other is called for each sample, and then for all of them, as its gradient may need what that call stores.
    """
    if weights is None:
        return float(criterion.forward(outputs, targets))
    total = float(weights.sum())
    if not total:
        return 0.0
    return float(np.dot(weights, _losses(criterion, outputs, targets))) / total


def weighted_gradient(criterion: Criterion, outputs: Array, targets: Array, weights: Array) -> Array:
    """Compute the gradient of the weighted mean with respect to the outputs; 0 if all weights are 0."""
    total = float(weights.sum())
    if not total:
        return np.zeros_like(outputs)
    gradient: Array = criterion.backward(outputs, targets)
    factors = weights * (len(weights) / total)
    weighted: Array = gradient * factors.astype(gradient.dtype).reshape(-1, *[1] * (gradient.ndim - 1))
    return weighted


def _losses(criterion: Criterion, outputs: Array, targets: Array) -> Array:
    if _has_losses(type(criterion)):
        return np.asarray(criterion.losses(outputs, targets))  # type: ignore[attr-defined]  # it is no part of the protocol
    rows = range(len(outputs))
    losses = np.array([criterion.forward(outputs[row : row + 1], targets[row : row + 1]) for row in rows])
    criterion.forward(outputs, targets)
    return losses


def _has_losses(cls: type) -> bool:
    """Whether a class has ``losses`` that belong to its own ``updateOutput``, not to that of a class it overrides."""
    return definition_depth(cls, "losses") <= definition_depth(cls, "updateOutput")


def expect_weights(weights: Array | None, rows: int, what: str) -> None:
    """Check the weights of samples.

    Raises:
        ValueError: unless there is one of 0 or more for each row, and not all are 0.
    """
    if weights is None:
        return
    if weights.shape != (rows,):
        raise ValueError(f"expected a weight for each of the {rows} {what} samples, received {weights.shape}")
    wrong = np.flatnonzero(~(np.isfinite(weights) & (weights >= 0)))
    if wrong.size:
        raise ValueError(
            f"expected finite weights of 0 or more for the {what} samples, received {weights[wrong[0]]} for sample "
            f"{wrong[0]}"
        )
    if not weights.any():
        raise ValueError(f"expected a {what} sample with a weight above 0, received only zeros")
