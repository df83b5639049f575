"""The gradients of a step: of a batch, or of parts of one that are added up; changed by hooks, and clipped."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from minnet_core import Array

from .callbacks import Hooks
from .divergence import gradients_diverged, loss_diverged

if TYPE_CHECKING:
    from .trainer import Trainer


class Batch(NamedTuple):
    """Samples that are sent through the model together; ``weights`` are None where all count alike."""

    inputs: Array
    targets: Array
    weights: Array | None


class Counted(NamedTuple):
    """What an epoch counts of a batch: its mean loss, the sum of its weights, its outputs and targets."""

    loss: float
    weight: float
    outputs: Array
    targets: Array


def divided(batch: Batch, size: int) -> list[Batch]:
    """Divide a batch; the last part takes what is left, unless that is a single sample, which the one before it takes.

    >>> import numpy as np
    >>> [len(part.targets) for part in divided(Batch(np.zeros(9), np.zeros(9), None), 4)]
    [4, 5]
    """
    rows = len(batch.targets)
    if rows <= size:
        return [batch]
    stops = [*range(size, rows - 1, size), rows]
    inputs, targets, weights = batch
    return [
        Batch(_rows(inputs, start, stop), targets[start:stop], None if weights is None else weights[start:stop])
        for start, stop in zip([0, *stops], stops, strict=False)
    ]


def _rows(inputs: Any, start: int, stop: int) -> Any:
    """Take some rows of an input, or of each of several."""
    return tuple(part[start:stop] for part in inputs) if isinstance(inputs, tuple) else inputs[start:stop]


def compute_gradients(
    trainer: Trainer, parts: Sequence[Batch], hooks: Hooks, *, is_trial: bool = False
) -> tuple[float, list[Counted]]:
    """Compute the gradients of a step: the mean of those of its parts, weighted by their samples.

    In a trial, for which an optimizer may go anywhere, a loss that is not finite is infinite, and no error.

    Returns:
        The loss of all parts, and what an epoch counts of each.
    """
    steps, total = trainer.steps, None
    counted: list[Counted] = []
    for part in parts:
        loss, weight, outputs = steps.forward(*part)
        if not math.isfinite(loss):
            if is_trial:
                return math.inf, []
            steps.set_outputs()
            raise loss_diverged(trainer.next_batch, loss, trainer.model, trainer.criterion, part.inputs, part.targets)
        steps.backward()
        if len(parts) > 1:
            weighted = _gradients(trainer) * weight
            total = weighted if total is None else total.__iadd__(weighted)
            outputs = outputs.copy()  # whose memory the next part may take
        counted.append(Counted(loss, weight, outputs, part.targets))
    if total is not None:
        samples = sum(each.weight for each in counted) or 1.0
        _gradients(trainer)[...] = total / samples
        loss = sum(each.loss * each.weight for each in counted) / samples
    if hooks.minnet_gradients_ready or trainer.clipping is not None:
        _change_gradients(trainer, hooks)
    return loss, counted


def _gradients(trainer: Trainer) -> Array:
    module = trainer.optimizer.module if trainer.frozen else trainer.model
    return module.flattenParameters()[1]


def _change_gradients(trainer: Trainer, hooks: Hooks) -> None:
    """Let hooks change the gradients, of which those of frozen groups are 0, then clip them."""
    gradients = _gradients(trainer)
    if trainer.frozen or getattr(trainer.optimizer, "module", None) is trainer.model:
        for start, stop in trainer.optimizer.frozen_ranges():
            gradients[start:stop] = 0
    for call in hooks.minnet_gradients_ready:
        call(trainer=trainer, gradients=gradients)
    if trainer.clipping is not None and not math.isfinite(trainer.clipping(gradients)):
        raise gradients_diverged(trainer.next_batch, trainer.model)
