"""`NoImprovement`: when a training no longer improves, by the rule of scikit-learn's perceptrons."""

from __future__ import annotations

import math
from typing import Any

from minnet_core import hookimpl
from minnet_core.state import model_state, set_model_state
from minnet_train import EpochReport, Trainer


class NoImprovement:
    """Stops a `Trainer` when too many epochs in a row have not improved, as a callback of it.

    An epoch improves if its loss is smaller than the best one before by ``tol``; any smaller loss is the new best.
    `minnet_train.EarlyStopping` has another rule, by which small improvements add up until they are one.

    Args:
        metric: the number of a report: ``loss``, or ``validation_loss``.
        tol: by how much it must be smaller.
        patience: how many epochs in a row need not improve; None for any number.
        keeps_best: whether the weights of the best epoch are kept, for `restore`.

    Attributes:
        is_over: whether there was no improvement for too long.
    """

    def __init__(self, metric: str, *, tol: float, patience: int | None, keeps_best: bool) -> None:
        self.metric, self.tol, self.patience, self.keeps_best = metric, tol, patience, keeps_best
        self.is_over = False
        self._best, self._without = math.inf, 0
        self._state: dict[str, Any] | None = None

    @hookimpl
    def minnet_epoch_end(self, trainer: Trainer, report: EpochReport) -> None:
        """Look at the loss of an epoch."""
        loss = report.as_dict()[self.metric]
        self._without = 0 if loss <= self._best - self.tol else self._without + 1
        if loss < self._best:
            self._best = loss
            if self.keeps_best:
                self._state = model_state(trainer.model)
        if self.patience is not None and self._without > self.patience:
            self.is_over = True
            trainer.stop()

    def restore(self, trainer: Trainer) -> None:
        """Give the model the weights of the best epoch, if they were kept."""
        if self._state is not None:
            set_model_state(trainer.model, self._state)
