"""`train_batches`: the steps of an epoch."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ..data import weighted_gradient, weighted_loss
from .before_step import BeforeStep
from .callbacks import Hooks
from .divergence import gradients_diverged, loss_diverged
from .fit_options import FitOptions
from .snapshot import remembering

if TYPE_CHECKING:
    from .trainer import Trainer


def train_batches(trainer: Trainer, plan: FitOptions, hooks: Hooks) -> bool:
    """Train on the batches that are left of an epoch.

    Returns:
        Whether all have been trained on; False if training is stopped.
    """
    model, criterion, running = trainer.model, trainer.criterion, trainer.running
    training, size, weights = plan.training, plan.batch_size, plan.training.weights
    order = trainer.order.permutation(len(training))
    set_rate = trainer.rate.begin_epoch(plan, trainer.epoch)
    gradient_hooks, step_hooks, clipping = hooks.minnet_gradients_ready, hooks.minnet_step_end, trainer.clipping
    # What is used in every step is looked up once.
    take, zero, forward, step = training.batch, model.zeroGradParameters, model.forward, trainer.optimizer.step
    backward = model.backwardParameters  # nobody asks for the gradient of the data
    tally = running.tally.add if trainer.metrics else None
    isfinite, row_weights, before = math.isfinite, None, None
    changing = [each for each in remembering(trainer) if hasattr(each, "minnet_gradients_ready")]
    model.train()
    for start in range(trainer.batch * size, len(order), size):
        rows = order[start : start + size]
        inputs, targets = take(rows)
        if set_rate is not None:
            set_rate(trainer.step)
        if gradient_hooks:
            before = BeforeStep(model, criterion, changing)
        trainer.is_whole = False
        zero()
        outputs = forward(inputs)
        if weights is None:
            loss, weight = float(criterion.forward(outputs, targets)), float(len(rows))
        else:
            row_weights = weights[rows]
            loss, weight = weighted_loss(criterion, outputs, targets, row_weights), float(row_weights.sum())
        if not isfinite(loss):
            raise loss_diverged(trainer.next_batch, loss, model, criterion, inputs, targets)
        if row_weights is None:
            backward(inputs, criterion.backward(outputs, targets))
        else:
            backward(inputs, weighted_gradient(criterion, outputs, targets, row_weights))
        if gradient_hooks or clipping:
            _change_gradients(trainer, hooks, before)
        step()
        trainer.step += 1
        trainer.batch += 1
        running.loss += loss * weight
        running.weight += weight
        if tally is not None:
            tally(outputs, targets)
        trainer.is_whole = True
        for call in step_hooks:
            call(trainer=trainer, loss=loss)
        if trainer.is_stopping:
            return False
    return True


def _change_gradients(trainer: Trainer, hooks: Hooks, before: BeforeStep | None) -> None:
    """Let hooks change the gradients, then clip them; if a hook raises, it is as if the step had not begun."""
    _, gradients = trainer.model.flattenParameters()
    try:
        for call in hooks.minnet_gradients_ready:
            call(trainer=trainer, gradients=gradients)
    except BaseException:
        if before is not None:
            before.restore()
            trainer.is_whole = True
        raise
    if trainer.clipping and not math.isfinite(trainer.clipping(gradients)):
        raise gradients_diverged(trainer.next_batch, trainer.model)
