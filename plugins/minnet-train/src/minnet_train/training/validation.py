"""`validate`: loss and metrics of samples that a model does not train on."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from minnet_core import Criterion, Module

from ..data import Samples, weighted_loss
from ..metrics import Metric
from .divergence import loss_diverged


def validate(
    model: Module, criterion: Criterion, samples: Samples, metrics: Sequence[Metric], where: str
) -> tuple[float, dict[str, Any]]:
    """Measure a model in evaluation mode, in which it stays.

    Args:
        model: to measure.
        criterion: the loss.
        samples: to measure on, a chunk after the other, so that memory does not grow with their number.
        metrics: to measure by; what they have counted stays, in case this is interrupted and done again.
        where: what an error begins with.

    Returns:
        The mean loss, weighted if the samples have weights, and the metrics by name.

    Raises:
        DivergenceError: if the loss is no finite number.
    """
    model.evaluate()
    with _set_aside(metrics):
        return _measured(model, criterion, samples, metrics, where)


@contextmanager
def _set_aside(metrics: Sequence[Metric]) -> Iterator[None]:
    """Let metrics begin anew, and afterwards go on with what they had counted."""
    counted = [metric.state for metric in metrics]
    for metric in metrics:
        metric.reset()
    try:
        yield
    finally:
        for metric, state in zip(metrics, counted, strict=True):
            metric.state = state


def _measured(
    model: Module, criterion: Criterion, samples: Samples, metrics: Sequence[Metric], where: str
) -> tuple[float, dict[str, Any]]:
    total = weight = 0.0
    start = 0
    for inputs, targets in samples.chunks():
        outputs = model.forward(inputs)
        if samples.weights is None:
            loss, its_weight = float(criterion.forward(outputs, targets)), float(len(inputs))
        else:
            weights = samples.weights[start : start + len(inputs)]
            loss, its_weight = weighted_loss(criterion, outputs, targets, weights), float(weights.sum())
        if not math.isfinite(loss):
            raise loss_diverged(f"{where}, validation samples", loss, model, criterion, inputs, targets)
        total += loss * its_weight
        weight += its_weight
        start += len(inputs)
        for metric in metrics:
            metric.update(outputs, targets)
    return total / weight, {metric.name: metric.compute() for metric in metrics}
