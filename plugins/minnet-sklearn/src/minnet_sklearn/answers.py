"""What the outputs of a classifier are: probabilities, their logarithms, logits, or other scores."""

from __future__ import annotations

import numpy as np
from scipy.special import expit, softmax

from minnet_core import Array, Criterion, to_config
from minnet_train.metrics import find_conversion

LOGARITHMS, PROBABILITIES, LOGITS, SCORES = "logarithms", "probabilities", "logits", "scores"

OF_LOGITS = {
    "minnet-criterions:CrossEntropyCriterion",
    "minnet-criterions:BCEWithLogitsCriterion",
    "minnet-criterions:FocalCriterion",
    "minnet-criterions:MultiLabelSoftMarginCriterion",
}
"""Criterions that take the softmax, or the sigmoid, of the outputs themselves."""


def kind_of(outputs: Array, criterion: Criterion, *, has_labels: bool) -> str:
    """Find out what outputs are: what the criterion takes them for, or else what they look like.

    Args:
        outputs: of some samples.
        criterion: that they are for.
        has_labels: whether each is about a label of its own, rather than all about one class.

    >>> class Mine(Criterion): ...
    >>> kind_of(np.log([[0.25, 0.75]]), Mine(), has_labels=False)
    'logarithms'
    """
    if to_config(criterion)["class"] in OF_LOGITS:
        return LOGITS
    if has_labels:
        return PROBABILITIES if ((outputs >= 0) & (outputs <= 1)).all() else SCORES
    conversion = find_conversion(outputs)
    return SCORES if conversion is None else LOGARITHMS if conversion is np.exp else PROBABILITIES


def probabilities(outputs: Array, kind: str, *, has_labels: bool) -> Array:
    """Turn outputs that are no `SCORES` into probabilities, in their dtype."""
    if kind == LOGARITHMS:
        return np.exp(outputs)
    if kind == LOGITS:
        found: Array = expit(outputs) if has_labels else softmax(outputs, axis=1)
        return found
    return outputs


def indicators(outputs: Array, kind: str) -> Array:
    """Decide which labels samples have: those that are likelier than not, or whose score is above 0."""
    return (outputs > (0.5 if kind == PROBABILITIES else 0)).astype(np.int64)
