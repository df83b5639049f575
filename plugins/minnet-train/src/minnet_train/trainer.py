"""`fit`: the training loop."""

from __future__ import annotations

import math
from collections.abc import Iterator
from time import perf_counter

import numpy as np
from attrs import frozen

from minnet_core import Criterion, Module, Optimizer

from .errors import DivergenceError
from .measurement import measure
from .samples import Samples


@frozen
class EpochReport:
    """How one epoch went.

    Attributes:
        epoch: its number, from 1.
        loss: the mean over the training samples, each as it was when its batch was trained on.
        test_loss: the mean over the held-out samples after the epoch.
        test_accuracy: the fraction of the held-out samples that are classified right after the epoch.
        seconds: the time that training took; measuring the held-out samples is not counted.
        samples_per_second: training samples by ``seconds``.
    """

    epoch: int
    loss: float
    test_loss: float
    test_accuracy: float
    seconds: float
    samples_per_second: float


def fit(
    model: Module,
    criterion: Criterion,
    optimizer: Optimizer,
    training: Samples,
    test: Samples,
    *,
    epochs: int,
    batch_size: int,
    rng: int | np.random.Generator,
) -> Iterator[EpochReport]:
    """Train a model, an epoch each time the next report is asked for.

    Args:
        model: changed in place; in evaluation mode whenever a report is given.
        criterion: the loss.
        optimizer: made for this model.
        training: reshuffled in every epoch; the last batch takes what is left.
        test: held-out samples, measured after every epoch.
        epochs: how many.
        batch_size: samples in a batch.
        rng: a seed or generator that decides the order of the samples.

    Raises:
        DivergenceError: when a loss is nan or infinite; the step that would have followed is not taken.
    """
    rng = np.random.default_rng(rng)
    for epoch in range(1, epochs + 1):
        # Numbers that overflow on the way to a diverging loss are reported once, by the check of the loss.
        with np.errstate(over="ignore", invalid="ignore"):
            start = perf_counter()
            loss = _train_epoch(model, criterion, optimizer, training, batch_size, rng, epoch)
            seconds = perf_counter() - start
            measured = measure(model, criterion, test)
        _expect_finite(measured.loss, f"epoch {epoch}, held-out samples")
        yield EpochReport(epoch, loss, measured.loss, measured.accuracy, seconds, len(training) / seconds)


def _train_epoch(
    model: Module,
    criterion: Criterion,
    optimizer: Optimizer,
    training: Samples,
    batch_size: int,
    rng: np.random.Generator,
    epoch: int,
) -> float:
    model.train()
    order = rng.permutation(len(training))
    total = 0.0
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        inputs, targets = training.inputs.take(rows, axis=0), training.targets.take(rows, axis=0)
        model.zeroGradParameters()
        answers = model.forward(inputs)
        loss = float(criterion.forward(answers, targets))
        _expect_finite(loss, f"epoch {epoch}, batch {start // batch_size + 1}")
        model.backwardParameters(inputs, criterion.backward(answers, targets))
        optimizer.step()
        total += loss * len(rows)
    return total / len(order)


def _expect_finite(loss: float, where: str) -> None:
    if not math.isfinite(loss):
        raise DivergenceError(
            f"{where}: expected a finite loss, received {loss}; a smaller learning rate or scaled features often help"
        )
