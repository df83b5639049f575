"""The outputs of a classifier as probabilities, if that is what they are."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from minnet_core import Array

from .metric import Metric, class_indices

_TOLERANCE = 1e-3
"""By how much the sum of probabilities in half precision may differ from 1."""


class NotProbabilitiesError(ValueError):
    """The outputs of a model are neither probabilities nor their logarithms."""


def class_probabilities(metric: object, outputs: Array, *, from_logits: bool = False) -> Array:
    """Return the probabilities (rows, classes) of the classes, in float64.

    Each row is considered by itself, so that batches make no difference: it is taken for logarithms if nothing in it is
    above 0, and else for probabilities. A row with nan stays nan.

    Args:
        metric: for messages.
        outputs: probabilities, as of `SoftMax`, or their logarithms, as of `LogSoftMax`.
        from_logits: whether they are logits instead, of which the softmax is taken.

    Raises:
        NotProbabilitiesError: if a row is neither.

    >>> class_probabilities("LogLoss", np.log([[0.25, 0.75]])).tolist()
    [[0.25, 0.75]]
    """
    values = np.asarray(outputs, np.float64)
    if from_logits:
        odds = np.exp(values - values.max(axis=1, keepdims=True))
        softmax: Array = odds / odds.sum(axis=1, keepdims=True)
        return softmax
    is_logarithm = (values <= 0).all(axis=1, keepdims=True)
    probabilities: Array = np.where(is_logarithm, np.exp(np.minimum(values, 0)), values)
    is_wrong = (probabilities < 0).any(axis=1) | (np.abs(probabilities.sum(axis=1) - 1) > _TOLERANCE)
    is_wrong &= ~np.isnan(values).any(axis=1)
    if is_wrong.any():
        row = ", ".join(f"{value:.4g}" for value in values[is_wrong.argmax()][:5].tolist())
        raise NotProbabilitiesError(
            f"{metric}: expected outputs that are probabilities of classes or their logarithms, received a row "
            f"({row}{', ...' * (values.shape[1] > 5)}); with from_logits = true, the softmax is taken of them"
        )
    return probabilities


def as_probabilities(outputs: Array) -> Array | None:
    """Return outputs (rows, classes) as probabilities, or None if they are neither probabilities nor their logarithms.

    >>> as_probabilities(np.log([[0.25, 0.75]]))
    array([[0.25, 0.75]])
    """
    convert = find_conversion(outputs)
    return None if convert is None else convert(outputs)


def find_conversion(outputs: Array) -> Callable[[Array], Array] | None:
    """Find what turns outputs (rows, classes) into probabilities: ``exp`` if they are logarithms; None if nothing does.

    Rows with nan, where the model has overflowed, are not considered.
    """
    outputs = outputs[~np.isnan(outputs).any(axis=1)]
    is_logarithm = bool((outputs <= 0).all())
    probabilities = np.exp(outputs) if is_logarithm else outputs
    if not (len(outputs) and (probabilities >= 0).all() and np.allclose(probabilities.sum(axis=1), 1, atol=1e-3)):
        return None
    return np.exp if is_logarithm else np.asarray


class ProbabilityMean(Metric):
    """The mean over the rows of a number that a subclass sums over a batch in ``_sum``.

    Args:
        from_logits: whether outputs are logits, rather than probabilities or their logarithms.
    """

    TASKS = ("classification",)
    STATE = ("total", "rows")

    def __init__(self, from_logits: bool = False) -> None:
        self.from_logits = from_logits
        super().__init__()

    def reset(self) -> None:
        self.total, self.rows = 0.0, 0

    def update(self, outputs: Array, targets: Array) -> None:
        classes = class_indices(self, outputs, targets)
        self.total += self._sum(class_probabilities(self, outputs, from_logits=self.from_logits), classes)
        self.rows += len(outputs)

    def compute(self) -> float:
        return self.total / self.rows if self.rows else float("nan")

    def _sum(self, probabilities: Array, classes: Array) -> float:
        raise NotImplementedError
