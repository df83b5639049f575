"""What the outputs of a classifier are: probabilities, their logarithms, logits, or other scores."""

from __future__ import annotations

import numpy as np
from scipy.special import expit, softmax

from minnet_core import Array, Criterion, Module, to_config
from minnet_train.metrics import find_conversion

LOGARITHMS, PROBABILITIES, LOGITS, SIGMOIDS, SCORES = "logarithms", "probabilities", "logits", "sigmoids", "scores"

KINDS = (LOGARITHMS, PROBABILITIES, LOGITS, SIGMOIDS, SCORES)
"""What outputs can be."""

OF_LOGITS = {"minnet-criterions:CrossEntropyCriterion"}
"""Criterions that take the softmax of the outputs themselves."""

OF_SIGMOIDS = {
    "minnet-criterions:BCEWithLogitsCriterion",
    "minnet-criterions:FocalCriterion",
    "minnet-criterions:MultiLabelSoftMarginCriterion",
}
"""Criterions that take the sigmoid of each output themselves."""

OF_PROBABILITIES = {"minnet-criterions:BCECriterion", "minnet-criterions:DiceCriterion"}
"""Criterions whose outputs are a probability each."""

OF_ONE_CLASS = {
    *OF_LOGITS,
    "minnet-criterions:ClassNLLCriterion",
    "minnet-criterions:ClassNLLCriterionUnstable",
}
"""Criterions for which one of the outputs is right, and no other."""


def kind_of(outputs: Array, criterion: Criterion, model: Module, *, has_labels: bool) -> str:
    """Find out what outputs are: what the criterion takes them for, or else what the network makes them.

    Args:
        outputs: of some samples.
        criterion: that they are for.
        model: that they are of.
        has_labels: whether each is about a label of its own, rather than all about one class.

    Raises:
        ValueError: if there are labels, and the criterion is one of classes that exclude one another.

    >>> from minnet_core import Sequential
    >>> class Mine(Criterion): ...
    >>> kind_of(np.log([[0.25, 0.75]]), Mine(), Sequential(), has_labels=False)
    'logarithms'
    """
    name = to_config(criterion)["class"]
    if has_labels and name in OF_ONE_CLASS:
        raise ValueError(
            "criterion: expected one that asks about each label, such as BCECriterion, received "
            f"{name.partition(':')[2]}, for which labels exclude one another"
        )
    if name in OF_SIGMOIDS:
        return SIGMOIDS
    if name in OF_LOGITS:
        return LOGITS
    if has_labels:  # of which rows that lie between 0 and 1 say nothing: those of a linear layer may do so by chance
        return PROBABILITIES if name in OF_PROBABILITIES or _ends_in_sigmoid(model) else SCORES
    conversion = find_conversion(outputs)
    return SCORES if conversion is None else LOGARITHMS if conversion is np.exp else PROBABILITIES


def probabilities(outputs: Array, kind: str, *, has_labels: bool) -> Array:
    """Turn outputs that are no `SCORES` into probabilities, in their dtype.

    Of classes, each of which was asked about by itself, it is the shares that they have in the sum.
    """
    if kind == LOGARITHMS:
        return np.exp(outputs)
    if kind == LOGITS:
        of_classes: Array = softmax(outputs, axis=1)
        return of_classes
    if kind == SIGMOIDS:
        each: Array = expit(outputs)
        return each if has_labels else _shares(each)
    return outputs


def indicators(outputs: Array, kind: str) -> Array:
    """Decide which labels samples have: those that are likelier than not, or whose score is nearer to 1 than to 0."""
    return (outputs > (0 if kind == SIGMOIDS else 0.5)).astype(np.int64)


def _shares(each: Array) -> Array:
    total = each.sum(axis=1, keepdims=True)
    return np.where(total > 0, each / np.where(total > 0, total, 1), each.dtype.type(1 / each.shape[1]))


def _ends_in_sigmoid(model: Module) -> bool:
    config = to_config(model)
    while config.get("modules"):
        config = config["modules"][-1]
    return bool(config["class"] == "minnet-layers:Sigmoid")
