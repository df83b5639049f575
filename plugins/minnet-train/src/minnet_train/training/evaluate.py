"""How good a model is on samples that it does not train on: the loss and the metrics, chunk by chunk."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
from attrs import frozen

from minnet_core import Array, Criterion, Module

from ..data import CHUNK, Preparation, Samples, weighted_loss
from ..errors import DivergenceError
from ..metrics import MAE, MSE, R2, Accuracy, ConfusionMatrix, Metric, in_raw_units
from ..ranks import ALONE, Ranks
from .divergence import loss_diverged
from .shard_buffers import ShardBuffers
from .shard_draws import ShardDraws

GATHERED = 2**24
"""About so many bytes of outputs and targets are gathered at a time."""


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
    model: Module,
    criterion: Criterion,
    samples: Samples,
    metrics: Sequence[Metric] = (),
    where: str | None = None,
    ranks: Ranks = ALONE,
    *,
    is_divided: bool = False,
) -> tuple[float, dict[str, Any]]:
    """Compute loss and metrics of a model in evaluation mode, in which it stays.

    The ranks take turns with the chunks, and count all of them in their order: so each returns the same numbers. What
    a pass in evaluation mode draws or changes, as that of a stranger's layer may, and of a criterion that counts, is
    that of a shard: see `ShardDraws` and `ShardBuffers`.

    Args:
        model: to evaluate.
        criterion: the loss.
        samples: to evaluate on.
        metrics: to compute; they keep what they had counted, for they may be in the middle of an epoch.
        where: what the error for a loss that is not finite begins with; None to return that loss.
        ranks: who else evaluates the same model on the same samples now.
        is_divided: whether chunks are shards though there is one rank.

    Returns:
        The mean loss, weighted if the samples have weights, and the metrics by name.

    Raises:
        DivergenceError: if the loss is not finite.
    """
    total = weight = 0.0
    model.evaluate()
    apart = _Apart(model, criterion, ranks) if is_divided or ranks.size > 1 else None
    with _set_aside(metrics), nullcontext() if apart is None else apart:
        for chunk in _chunks(model, criterion, samples, metrics, where, ranks, apart):
            if chunk.error is not None:
                raise DivergenceError(chunk.error)
            total += chunk.loss * chunk.weight
            weight += chunk.weight
            for metric in metrics:
                metric.update(chunk.outputs, chunk.targets)
        return total / weight if weight else math.nan, {metric.name: metric.compute() for metric in metrics}


class _Chunk(NamedTuple):
    """What is counted of a chunk; ``error`` says why its loss is not finite, if somebody wants to know."""

    loss: float
    weight: float
    outputs: Any
    targets: Any
    error: str | None
    rows: int
    changed: dict[str, Any]


class _Apart:
    """Has each chunk begin with the buffers, and the generators, that there are before all of them, as shards do."""

    def __init__(self, model: Module, criterion: Criterion, ranks: Ranks) -> None:
        self.draws = ShardDraws((model, criterion), ranks=ranks)
        self.buffers = ShardBuffers(model, criterion)
        self._changed: list[tuple[dict[str, Any], int]] = []

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None:
        self.draws.leave()
        if self._changed:
            self.buffers.merge(*zip(*self._changed, strict=True))

    def add(self, chunk: _Chunk) -> None:
        """Note what a chunk has changed; call this in the order of the chunks."""
        self._changed.append((chunk.changed, chunk.rows))


def _chunks(
    model: Module,
    criterion: Criterion,
    samples: Samples,
    metrics: Sequence[Metric],
    where: str | None,
    ranks: Ranks,
    apart: _Apart | None,
) -> Iterator[_Chunk]:
    """Compute some chunks on each rank at a time, and yield all of them in their order.

    Those of a rank follow each other, for rows that are read by groups are of the same ones.
    """
    bounds = [(start, min(start + CHUNK, len(samples))) for start in range(0, len(samples), CHUNK)]
    span = _span(len(bounds), samples, ranks)
    for turn in range(0, len(bounds), span * ranks.size):
        own = []
        for start, stop in bounds[turn + span * ranks.rank :][:span]:
            inputs, targets = samples.batch(np.arange(start, stop))
            if apart is not None:
                apart.draws.enter(start // CHUNK)
            outputs = model.forward(inputs)
            weights = None if samples.weights is None else samples.weights[start:stop]
            loss = weighted_loss(criterion, outputs, targets, weights)
            error = None
            if where is not None and not math.isfinite(loss):
                error = str(loss_diverged(f"{where}, validation samples", loss, model, criterion, inputs, targets))
            weight = float(len(targets) if weights is None else weights.sum())
            seen = outputs if span == 1 else outputs.copy()  # a layer may use its memory again
            changed = {} if apart is None else apart.buffers.taken()
            # Nobody but a metric looks at outputs and targets.
            looked_at = (seen, targets) if metrics else (None, None)
            own.append(_Chunk(loss, weight, looked_at[0], looked_at[1], error, len(targets), changed))
        for each in chain.from_iterable(ranks.gather(own)):
            if apart is not None:
                apart.add(each)
            yield each


def _span(count: int, samples: Samples, ranks: Ranks) -> int:
    """How many chunks a rank computes before all learn of them: as many as may be gathered at a time, or its share."""
    if ranks.size == 1:
        return 1
    row = 2 * 8 * max(1, getattr(samples, "outputs", 1))  # an output and a target, of eight bytes at most
    return max(1, min(-(-count // ranks.size), GATHERED // (ranks.size * CHUNK * row)))


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
