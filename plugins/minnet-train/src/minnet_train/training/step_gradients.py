"""The gradients of a step: of a batch, or of parts of one that are added up; changed by hooks, and clipped."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Protocol

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


def loaded(trainer: Trainer, rows: Array, number: int, shard: int | None = None) -> Batch:
    """Load samples of a step, and augment them by the number of the step in its epoch, and that of the shard."""
    assert trainer.plan is not None
    training = trainer.plan.training
    inputs, targets = training.batch(rows)
    if trainer.augmenter:
        inputs, targets = trainer.augmenter(inputs, targets, trainer.epoch, number, shard)
    return Batch(inputs, targets, None if training.weights is None else training.weights[rows])


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


class Division(Protocol):
    """How the batch of a step is computed.

    Attributes:
        needs_modules: whether the modules are called, whatever could be compiled.
    """

    needs_modules: ClassVar[bool]

    def load(self, trainer: Trainer, rows: Array, number: int) -> Sequence[Any]:
        """Load the samples ``rows`` of the step of this number in the epoch, as `compute_gradients` takes them."""

    def compute_gradients(
        self, trainer: Trainer, parts: Sequence[Any], hooks: Hooks, *, is_trial: bool = False
    ) -> tuple[float, list[Counted]] | None:
        """Compute the gradients of a step: the mean of those of its parts, weighted by their samples.

        In a trial, for which an optimizer may go anywhere, a loss that is not finite is infinite, and no error.

        Returns:
            The loss of all parts, and what an epoch counts of each; None if training is stopped before the step.
        """


class WholeBatches:
    """A step is of a batch, or of several, one after another."""

    needs_modules: ClassVar = False

    def load(self, trainer: Trainer, rows: Array, number: int) -> list[Batch]:
        """See `Division`."""
        whole = loaded(trainer, rows, number)
        assert trainer.plan is not None
        return [whole] if trainer.accumulate == 1 else divided(whole, trainer.plan.batch_size)

    def compute_gradients(
        self, trainer: Trainer, parts: Sequence[Batch], hooks: Hooks, *, is_trial: bool = False
    ) -> tuple[float, list[Counted]]:
        """See `Division`."""
        steps, total = trainer.steps, None
        counted: list[Counted] = []
        for part in parts:
            loss, weight, outputs = steps.forward(*part)
            if not math.isfinite(loss):
                if is_trial:
                    return math.inf, []
                steps.set_outputs()
                raise loss_diverged(
                    trainer.next_batch, loss, trainer.model, trainer.criterion, part.inputs, part.targets
                )
            steps.backward()
            if len(parts) > 1:
                weighted = gradients_of(trainer) * weight
                total = weighted if total is None else total.__iadd__(weighted)
                outputs = outputs.copy()  # whose memory the next part may take
            counted.append(Counted(loss, weight, outputs, part.targets))
        if total is not None:
            samples = sum(each.weight for each in counted) or 1.0
            gradients_of(trainer)[...] = total / samples
            loss = sum(each.loss * each.weight for each in counted) / samples
        change_gradients(trainer, hooks)
        return loss, counted


def gradients_of(trainer: Trainer) -> Array:
    """The gradients that a step changes the parameters by, in one flat vector."""
    module = trainer.optimizer.module if trainer.frozen else trainer.model
    return module.flattenParameters()[1]


def change_gradients(trainer: Trainer, hooks: Hooks) -> None:
    """Let hooks change the gradients, of which those of frozen groups are 0, then clip them; if anybody wants that."""
    if not hooks.minnet_gradients_ready and trainer.clipping is None:
        return
    gradients = gradients_of(trainer)
    if trainer.frozen or getattr(trainer.optimizer, "module", None) is trainer.model:
        for start, stop in trainer.optimizer.frozen_ranges():
            gradients[start:stop] = 0
    for call in hooks.minnet_gradients_ready:
        call(trainer=trainer, gradients=gradients)
    if trainer.clipping is not None and not math.isfinite(trainer.clipping(gradients)):
        raise gradients_diverged(trainer.next_batch, trainer.model)
