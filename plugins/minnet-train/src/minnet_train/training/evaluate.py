"""How good a model is on samples that it does not train on: the loss and the metrics, chunk by chunk."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from attrs import frozen

from minnet_core import Array, Criterion, Module

from ..data import Preparation, Samples, weighted_loss
from ..metrics import MAE, MSE, R2, Accuracy, ConfusionMatrix, Metric, in_raw_units
from .divergence import loss_diverged


@frozen(eq=False)
class Measurement:
    """How good a model is on samples.

    Attributes:
        loss: the mean of the criterion over all samples, weighted if they have weights.
        metrics: by name, in which all samples count alike.
    """

    loss: float
    metrics: dict[str, Any]

    @property
    def accuracy(self) -> float:
        """The fraction of samples whose predicted class is right; nan of a regression."""
        return float(self.metrics.get("accuracy", math.nan))


def measure(
    model: Module,
    criterion: Criterion,
    samples: Samples,
    preparation: Preparation | None = None,
    metrics: Sequence[Metric] | None = None,
) -> Measurement:
    """Measure a model in evaluation mode, in which it stays.

    Args:
        model: to measure.
        criterion: the loss, of outputs and targets as the model learns them.
        samples: to measure on.
        preparation: of the data of a regression; with it, metrics are in the units of the raw targets.
        metrics: to compute; None for the accuracy and the confusion matrix, or MSE, MAE and R2 of a regression.
    """
    if metrics is None:
        metrics = [Accuracy(), ConfusionMatrix()] if samples.classes else [MSE(), MAE(), R2()]
    if preparation is not None:
        metrics = in_raw_units(metrics, preparation)
    return Measurement(*evaluate_samples(model, criterion, samples, metrics))


def evaluate_samples(
    model: Module, criterion: Criterion, samples: Samples, metrics: Sequence[Metric] = (), where: str | None = None
) -> tuple[float, dict[str, Any]]:
    """Compute loss and metrics of a model in evaluation mode, in which it stays.

    Args:
        model: to evaluate.
        criterion: the loss.
        samples: to evaluate on.
        metrics: to compute; they keep what they had counted, for they may be in the middle of an epoch.
        where: what the error for a loss that is not finite begins with; None to return that loss.

    Returns:
        The mean loss, weighted if the samples have weights, and the metrics by name.

    Raises:
        DivergenceError: if the loss is not finite.
    """
    total = weight = 0.0
    with _set_aside(metrics):
        for start, inputs, targets, outputs in forward_chunks(model, samples):
            weights = None if samples.weights is None else samples.weights[start : start + len(targets)]
            loss = weighted_loss(criterion, outputs, targets, weights)
            if where is not None and not math.isfinite(loss):
                raise loss_diverged(f"{where}, validation samples", loss, model, criterion, inputs, targets)
            chunk_weight = float(len(targets) if weights is None else weights.sum())
            total += loss * chunk_weight
            weight += chunk_weight
            for metric in metrics:
                metric.update(outputs, targets)
        return total / weight if weight else math.nan, {metric.name: metric.compute() for metric in metrics}


def forward_chunks(model: Module, samples: Samples) -> Iterator[tuple[int, Array, Array, Array]]:
    """Go through samples with a model in evaluation mode, in which it stays; memory does not grow with their number.

    Yields:
        The index of the first sample of a chunk, and the inputs, targets and outputs of the chunk.
    """
    model.evaluate()
    start = 0
    for inputs, targets in samples.chunks():
        yield start, inputs, targets, model.forward(inputs)
        start += len(targets)


@contextmanager
def _set_aside(metrics: Sequence[Metric]) -> Iterator[None]:
    """Reset metrics, and afterwards restore what they had counted."""
    counted = [metric.state for metric in metrics]
    for metric in metrics:
        metric.reset()
    try:
        yield
    finally:
        for metric, state in zip(metrics, counted, strict=True):
            metric.state = state
