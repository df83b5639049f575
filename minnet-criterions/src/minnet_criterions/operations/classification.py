"""The operations that losses of scores and probabilities stand for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minnet_core.compilation import NoOperationsError, Table, Value, operations as o

from ..batch import share
from ..targets import weighted_sum
from .elementwise import Gradient

if TYPE_CHECKING:
    from ..classification import BCEWithLogitsCriterion, ClassNLLCriterion, CrossEntropyCriterion


def bce_with_logits_criterion(
    table: Table, criterion: BCEWithLogitsCriterion, x: Value, target: Value
) -> tuple[Value, Gradient]:
    """The loss, and its gradient, of features that all count alike."""
    if target.shape != x.shape or len(x.shape) != 2:
        raise NoOperationsError(f"expected a target like {x.shape} (batch, n), received {target.shape}")
    if criterion.weights is not None or criterion.pos_weight is not None:
        raise NoOperationsError("it weights")
    gradient, loss = table.emit(o.bce_with_logits, x, target, share=share(criterion.mean, x.shape))
    return loss, lambda: gradient


def class_nll_criterion(table: Table, criterion: ClassNLLCriterion, x: Value, target: Value) -> tuple[Value, Gradient]:
    """Of class indices, or of weights; a class that there is not is refused by the criterion."""
    if len(x.shape) == 2 and target.shape == x.shape and target.dtype.kind in "fbiu":
        loss = table.emit(o.weighted_nll, x, target, total=weighted_sum)
        return loss, lambda: table.emit(o.weighted_nll_back, target)
    if len(x.shape) != 2 or target.shape != x.shape[:1] or target.dtype.kind not in "iu":
        raise NoOperationsError(f"expected a target that fits {x.shape}, received {target.shape} {target.dtype}")
    loss, chosen = table.emit(o.nll, x, target, refuse=criterion.updateOutput)
    return loss, lambda: table.emit(o.nll_back, chosen, x)


def cross_entropy_criterion(
    table: Table, criterion: CrossEntropyCriterion, x: Value, target: Value
) -> tuple[Value, Gradient]:
    """Log-softmax, and the likelihood of class indices, of which some may be ignored, or of weights."""
    if len(x.shape) != 2 or target.shape not in (x.shape, x.shape[:1]):
        raise NoOperationsError(f"expected a target that fits {x.shape}, received {target.shape}")
    if target.dtype.kind not in ("iu" if target.shape != x.shape else "fbiu"):
        raise NoOperationsError(f"expected a target that fits {x.shape}, received {target.dtype}")
    y, exponentials, sums = table.emit(o.log_soft_max, x)
    if criterion.label_smoothing or criterion.weights is not None or target.shape == x.shape:
        q = target
        if criterion.label_smoothing or criterion.weights is not None:
            q = table.call(criterion.put_weights, x, target, result=(x.shape, x.dtype))
        loss = table.emit(o.weighted_nll, y, q, total=weighted_sum)

        def backward() -> Value:
            h: Value = table.emit(o.log_soft_max_back, exponentials, sums, table.emit(o.weighted_nll_back, q))
            return h

        return loss, backward
    ignored = criterion.ignore_index
    loss, chosen, shares = table.emit(o.kept_nll, y, target, ignored=ignored, refuse=criterion.updateOutput)
    return loss, lambda: table.emit(o.log_soft_max_kept_nll_back, exponentials, sums, chosen, shares)
